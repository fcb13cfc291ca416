"""A comparison in its folder: runs are kept as they end, how far it is stands in a file, and in the end the results.

Stopped or killed, the same call goes on where it was, and the results are those of a comparison that was not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.experiments.comparing.compare import NothingComparedError, compare_plans
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.kept import KeptRuns
from sim.experiments.comparing.objectives import Objective
from sim.experiments.comparing.plans import Plan
from sim.experiments.comparing.replicating import Rule
from sim.experiments.comparing.saving import compared_in, save_comparison
from sim.experiments.lock import Locked
from sim.experiments.pace import Progress
from sim.experiments.parts import written_to
from sim.experiments.progress_file import ProgressFile
from sim.experiments.run import Tell
from sim.tables import check_destination, finished_at, remove_leftovers, remove_results

KIND = "compare"
INCOMPLETE = "-incomplete"
"""Ending of the folder in which what is complete of a comparison is, as long as the whole is not."""


@dataclass(frozen=True)
class Told:
    """Who hears how far it is, and what else there is to say."""

    progress: Tell = lambda _: None
    message: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of some plans; see `compare`."""

    rule: Rule
    objective: Objective
    by: tuple[str, ...] = ()
    is_portfolio: bool = False
    is_decomposed: bool = False
    parcels_per_row: int
    workers: int = 1


def compare_in_folder(
    folder: Path, base: Plan, plans: Sequence[Plan], asked: Asked, told: Told = Told()
) -> tuple[Comparison, Path]:
    """Compare plans, and write what they came to; the folder in which that is.

    What is complete of a comparison that was stopped, or in which runs failed, is written to a folder of its own,
    `FOLDER-incomplete`; the runs stay. Of one that is complete the runs are taken away, and that folder with them: they
    are many times the tables, and only this very program can read them.

    Raises FolderInUseError and ResultsFolderError for a folder that cannot be used, PartsFolderError for one that
    cannot be written, NothingComparedError if no draw is complete.
    """
    folder = folder if folder.name else folder.absolute()  # one can stand beside it only if it has a name
    with Locked(folder, told.message):
        check_destination(folder)  # another command may have made it something else in between
        for of_killed in (folder, folder.with_name(f"{folder.name}{INCOMPLETE}")):
            remove_leftovers(of_killed)
        file = ProgressFile(folder, KIND, _title(base, plans))
        try:
            return _compared(folder, file, base, plans, asked, told)
        except NothingComparedError as error:
            file.end("stopped" if error.was_stopped else "failed", str(error))
            raise
        except KeyboardInterrupt:
            file.end("stopped")
            raise
        except BaseException as error:
            file.end("failed", f"{type(error).__name__}: {error}")
            raise


def _compared(
    folder: Path, file: ProgressFile, base: Plan, plans: Sequence[Plan], asked: Asked, told: Told
) -> tuple[Comparison, Path]:
    def tell(progress: Progress) -> None:
        file.update(progress)
        told.progress(progress)

    kept = KeptRuns(folder)
    try:
        comparison = compare_plans(base, plans, on_progress=tell, kept=kept, **vars(asked))
    finally:
        for damaged in kept.damaged:
            told.message(damaged)
    file.say("writing tables")
    incomplete = folder.with_name(f"{folder.name}{INCOMPLETE}")
    to = folder if comparison.is_complete else incomplete
    replaced = finished_at(to)
    save_comparison(comparison, to)
    if replaced:
        told.message(f"replaced the results of {replaced} in {to}")
    if comparison.is_complete:
        file.end("done")
        kept.remove()
        _remove_incomplete(incomplete, to)
    else:
        file.end("stopped" if comparison.was_stopped else "failed", f"what is complete is in {to.name}")
        told.message(f"what has ended is kept in {folder}; the same command goes on from there")
    return comparison, to


def _remove_incomplete(folder: Path, whole: Path) -> None:
    """Take away what was complete of a comparison when it was stopped, now that the whole of it is there."""
    if folder.is_dir() and not folder.is_symlink() and compared_in(folder) == compared_in(whole):
        with written_to(folder):
            remove_results(folder)


def _title(base: Plan, plans: Sequence[Plan]) -> str:
    return f"{base.name}: {', '.join(plan.name for plan in plans)}"
