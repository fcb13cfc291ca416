"""What a shell completes after `sim`: files of the library, names of interventions, folders of results.

Called by the shell at every press of the key, so it reads names of files alone; and it never fails, for a shell would
print the error into the line that is being typed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

VARIABLE = "_SIM_COMPLETE"
SHELLS = ("bash", "zsh", "fish")
AND = "+"
RUNS = Path("results") / "runs"
LIBRARY = Path("scenarios")
Completed = list[CompletionItem] | list[str]
Completes = Callable[[click.Context, click.Parameter, str], Completed]


def script(shell: str) -> str:
    """What a shell has to read once to complete `sim`."""
    known = get_completion_class(shell)
    assert known is not None
    return ShellComplete.source(known(click.Command("sim"), {}, "sim", VARIABLE))


def files(*folders: str) -> Completes:
    """Files of folders of `scenarios/`; any file where none of them fits."""
    return _completing(lambda begun: _files(folders, begun), or_any="file")


def plans(*, or_scenarios: bool = True) -> Completes:
    """Interventions and disruptions by name, also after a `+`, and scenarios; any file where none of them fits."""

    def found(begun: str) -> Iterator[str]:
        before, plus, last = begun.rpartition(AND)
        taken = before.split(AND)
        names = [file.stem for folder in ("interventions", "disruptions") for file in _yaml(LIBRARY / folder)]
        yield from (before + plus + name for name in names if name.startswith(last) and name not in taken)
        if or_scenarios:
            yield from _files(("",), begun)

    return _completing(found, or_any="file")


def results(*tables: str) -> Completes:
    """Folders of results in `results/runs` that hold one of some tables; any folder where none of them fits."""

    def found(begun: str) -> Iterator[str]:
        for folder in sorted(RUNS.iterdir()) if RUNS.is_dir() else ():
            if any((folder / f"{table}.parquet").is_file() for table in tables) and str(folder).startswith(begun):
                yield str(folder)

    return _completing(found, or_any="dir")


def rows_or_files(context: click.Context, parameter: click.Parameter, begun: str) -> Completed:
    """Of `sim sources`: scenarios, or rows of the evidence once a part of their name is there."""

    def rows(begun: str) -> Iterator[str]:
        yield from _files(("", "interventions", "disruptions"), begun)
        if begun and "/" not in begun:
            from sim.ledger import evidence_near

            yield from (row for row in evidence_near(LIBRARY.resolve()).rows if row.startswith(begun))

    return _completing(rows, or_any="file")(context, parameter, begun)


def calibrations(_: click.Context, __: click.Parameter, begun: str) -> Completed:
    """Corridors that can be calibrated."""
    names = (file.stem for file in _yaml(Path("calibration") / "corridors"))
    return [name for name in names if name.startswith(begun)]


def _files(folders: tuple[str, ...], begun: str) -> Iterator[str]:
    yield from (str(file) for folder in folders for file in _yaml(LIBRARY / folder) if str(file).startswith(begun))


def _yaml(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _completing(found: Callable[[str], Iterator[str]], or_any: str) -> Completes:
    """What is found, or what the shell itself finds of files or folders."""

    def complete(_: click.Context, __: click.Parameter, begun: str) -> Completed:
        try:
            names = sorted(set(found(begun)))
        except Exception:  # whatever is wrong with the folders here, there is nothing to complete
            names = []
        return [CompletionItem(name) for name in names] or [CompletionItem(begun, type=or_any)]

    return complete
