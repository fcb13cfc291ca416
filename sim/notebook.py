"""What a notebook calls: load, alter, explain, sweep, rank; `sim.run` and `sim.compare` do the rest.

Scenarios are values: nothing here changes one, each function returns another. There are three ways to another one, and
they do not mean the same. `with_values` describes another world, which was so all along: the market's reference, prices
and promises included, is fitted to it anew. `with_changes` lets something happen on a day. `with_interventions` takes
what the library holds, with its dates, its costs and what is not known of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.explaining import printable_lines, record
from sim.ledger import numbers_in
from sim.scenario import altering, loading
from sim.scenario.altering import Value, checked
from sim.scenario.interventions.expanding import shortened
from sim.scenario.interventions.files import Named, is_file
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.interventions.laying import laid_over
from sim.scenario.scenario import Scenario
from sim.scenario.setting import SettingError
from sim.scenario.setting import with_values as with_numbers

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.ranking.ranked import Ranked
    from sim.experiments.sweeps.running import Swept

RUNS = Path("results") / "runs"
"""Where results are kept unless another folder is named."""


def load(path: str | Path, interventions: Sequence[str | Path] = ()) -> Scenario:
    """The scenario of a file, checked; with interventions besides its own, by name or file.

    Raises ScenarioError with every problem found, each at its line.
    """
    return loading.load(path, interventions).scenario


def with_values(
    scenario: Scenario,
    values: Mapping[str, Value] | None = None,
    *,
    multiply: Mapping[str, float] | None = None,
    name: str | None = None,
    title: str = "",
) -> Scenario:
    """Another world: numbers described otherwise, as if the file had said so, from the first day on.

    The market's reference choice is fitted to it anew, so that another tariff or promise moves hardly any order; to ask
    what happens when something changes, use `with_changes`.

    values
        By dotted path, `stations.harbin-exchange.servers`: a number in the unit that its field documents
        (docs/scenario-reference.md), a text with its unit, `"3 d"`, or a switch. Also settings of a run, `seed`. What
        is set is known from then on: a range that it had is dropped.
    multiply
        Factors by path. `X.mean` of a distribution scales all of it.
    name, title
        What it is called in comparisons; the name is made of the first number if it is not given.

    Raises SettingError for an unknown path, with the closest; for a value out of bounds; for a number that draws of the
    scenario's calibration would set anyway.
    """
    return altering.described(scenario, values or {}, multiply or {}, name, title)


def with_changes(
    scenario: Scenario,
    values: Mapping[str, Value] | None = None,
    *,
    at: date | str,
    until: date | str | None = None,
    ramp: str = "0 d",
    add: Mapping[str, float | str] | None = None,
    multiply: Mapping[str, float] | None = None,
    name: str | None = None,
    title: str = "",
) -> Scenario:
    """The same world in which numbers change on a day, as `changes:` of a file say; until then nothing differs.

    values, add, multiply
        By dotted path what a number is set to (a number, a text with its unit, a switch), what is added to it, and what
        it is multiplied by. Which numbers dated changes can change: docs/scenario-reference.md.
    at, until
        First day on which it acts, and first on which it no longer does; local dates, `"2017-01-01"`.
    ramp
        Time over which it grows to its full size, day by day.
    name, title
        What it is called in comparisons; the name is made of the first number if it is not given.

    Raises SettingError for an unknown path, with the closest; for a value out of bounds; for a day that the simulated
    time does not reach.
    """
    operations = {"set": values or {}, "add": add or {}, "multiply": multiply or {}}
    return altering.changed(scenario, operations, at, until, ramp, name, title)


def with_interventions(
    scenario: Scenario, *interventions: Named | Intervention, name: str | None = None, title: str = ""
) -> Scenario:
    """The scenario with interventions or disruptions, and with those that they require.

    They are names in the library of the scenario's file, files, or objects. The name is made of theirs if it is not
    given. Raises LayingError or SettingError if there are none of such names or they cannot act, ScenarioError if a
    file is wrong.
    """
    if not interventions:
        raise SettingError("no intervention is named")
    named = [each for each in interventions if not isinstance(each, Intervention)]
    objects = {each.intervention: each for each in interventions if isinstance(each, Intervention)}
    laid = laid_over(scenario, named) if named else scenario
    whole = laid.model_copy(update={"interventions": {**laid.interventions, **objects}})
    said = {"scenario": name or shortened("-and-".join(map(_name, interventions))), "title": title}
    return checked(with_numbers(whole, said).as_read_from(scenario.file))


def _name(of: Named | Intervention) -> str:
    if isinstance(of, Intervention):
        return of.intervention
    return Path(of).stem if is_file(of) else str(of)


# -- asked -------------------------------------------------------------------------------------------------------------


def sweep(file: str | Path, folder: str | Path | None = None, *, workers: int = 1) -> "Swept":
    """Run the sweep of a file at all its points, as `sim sweep` does; what is kept in the folder is not run again.

    folder
        Where runs and tables are kept; `results/runs/sweep-NAME` if not given.
    workers
        Processes. More than one needs a script that is guarded by ``if __name__ == "__main__"``, or a notebook.

    Raises ScenarioError if the file is wrong, SweepFolderError if the folder holds something else, FolderInUseError if
    another command is at work in it.
    """
    from sim.experiments.executors import executor
    from sim.experiments.sweeps.reading import read_sweep
    from sim.experiments.sweeps.running import run_sweep

    study = read_sweep(Path(file))
    return run_sweep(study, Path(folder or RUNS / f"sweep-{study.sweep.sweep}"), executor(workers, None, None))


def rank(
    file: str | Path, folder: str | Path | None = None, *, budget: float | None = None, workers: int = 1
) -> "Ranked":
    """Rank the portfolios of a file, as `sim rank` does; what is kept in the folder is not run again.

    folder
        Where runs, tables and pictures are kept; `results/runs/rank-NAME` if not given.
    budget
        Capital there is, CNY; that of the file if not given.
    workers
        Processes, as of `sweep`.

    Raises ScenarioError if the file is wrong or asks for too few replications, RankingError if nothing can be ranked,
    ResultsFolderError if the folder holds something else.
    """
    from sim.experiments.lock import Locked
    from sim.experiments.ranking.ranked import ranked
    from sim.experiments.ranking.reading import read_ranking
    from sim.experiments.ranking.saving import opened, save_ranking

    question = read_ranking(Path(file)).asked_for(budget=budget, replications=None, objectives=None)
    folder = Path(folder or RUNS / f"rank-{question.asked.ranking}")
    runs = opened(folder)
    with Locked(runs, lambda _: None):
        found = ranked(question, runs, workers)
    save_ranking(found, folder)
    return found


# -- told --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Explanation:
    """What a scenario does otherwise than another, before anything is simulated; `print` it to read it."""

    scenario: Scenario
    base: Scenario
    against: str
    """How the base is called."""

    @property
    def record(self) -> dict[str, Any]:
        """All of it as plain values, those of numbers in base units, as `sim explain --json` prints it."""
        return record(self.scenario, self.base, self.against)

    @property
    def differences(self) -> "pd.DataFrame":
        """A row for each number and day from which the two values hold: number, unit (base), from, before, after."""
        import pandas as pd

        columns = ["number", "unit", "from", "before", "after"]
        rows = [
            {"number": each["number"], "unit": each["unit"]} | moment
            for each in self.record["differences"]
            for moment in each["moments"]
        ]
        return pd.DataFrame(rows, columns=columns)

    def __str__(self) -> str:
        return printable_lines(self.scenario, self.base, self.against)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def explain(scenario: Scenario, base: Scenario | None = None) -> Explanation:
    """What a scenario does otherwise than another: every dated change in words, every number that differs.

    Without ``base`` the file that the scenario was read from is taken, without its interventions. Raises SettingError
    if it was read from none.
    """
    if base is not None:
        return Explanation(scenario, base, base.scenario)
    if scenario.file is None:
        raise SettingError(f"'{scenario.scenario}' was read from no file; say with `base` what it is compared with")
    bare = loading.load(scenario.file, is_bare=True).scenario
    return Explanation(scenario, bare, f"{scenario.file.name}, without interventions")


def numbers(of: str | Path | Scenario, match: str = "") -> "pd.DataFrame":
    """Where numbers come from: a row for each number that the file of a scenario holds and whose path contains a text.

    Columns: path, value (as written), status (reported, published, derived, assumed, unstated), range of an assumed
    one, rows of the evidence, formula of a derived one, why, and the file and line. What was altered since it was read
    is not in it. Raises ScenarioError if the file is wrong, SettingError if the scenario was read from none.
    """
    import pandas as pd

    file = of.file if isinstance(of, Scenario) else Path(of)
    if file is None:
        raise SettingError("the scenario was read from no file, so nothing is known of where its numbers come from")
    loaded = loading.load(file)
    found = [each for each in numbers_in(loaded.tree, loaded.sources) if match.lower() in each.name.lower()]
    rows = [
        {
            "path": each.name,
            "value": str(each.value),
            "status": each.status,
            "range": each.range or "",
            "rows": " ".join(each.rows),
            "formula": (each.source and each.source.formula) or "",
            "why": (each.source and each.source.why) or "",
            "file": Path(each.mark.file).name,
            "line": each.mark.line,
        }
        for each in found
    ]
    columns = ["path", "value", "status", "range", "rows", "formula", "why", "file", "line"]
    return pd.DataFrame(rows, columns=columns)
