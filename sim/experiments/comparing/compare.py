"""Compares plans with a baseline: the same replications of all, on common luck and common draws."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np

from sim.errors import SimError
from sim.experiments.comparing.accounts import Lasting, unknown_in, with_accounts
from sim.experiments.comparing.compared import OF_A_DRAW, Compared
from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.costs import Cost, cost_of, is_lasting, years_in_force
from sim.experiments.comparing.decomposing import SWITCHES, decomposition
from sim.experiments.comparing.drawing import drawn_in, interventions_in
from sim.experiments.comparing.kept import KeptRuns
from sim.experiments.comparing.network import mean_of
from sim.experiments.comparing.objectives import OBJECTIVES, Objective
from sim.experiments.comparing.plans import Plan, PlanError, Said, base_plan, checked, first_day, plan_of
from sim.experiments.comparing.portfolios import combinations, portfolio
from sim.experiments.comparing.replicating import MOST, Replications, Rule, part_of, replicated
from sim.experiments.comparing.samples import Samples, gathered, united_groups
from sim.experiments.differences import Difference, Layout
from sim.experiments.run import Tell
from sim.indicators import Backlog, Columns
from sim.indicators.measures import DIMENSIONS, WHOLE
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.scenario import Scenario

ROWS = 50
"""Parcels a row, at most, unless asked for otherwise: full resolution is for single runs."""
EVERY_BY = tuple(name for name in DIMENSIONS if name != WHOLE)
MONTHS_OF_A_YEAR = 12
MOST_ASKED = 10_000


class NothingComparedError(SimError):
    """No draw is complete in all plans."""

    def __init__(self, message: str, *, was_stopped: bool) -> None:
        super().__init__(message)
        self.was_stopped = was_stopped


def compare(
    base: str | Path | Scenario,
    plans: Sequence[Said],
    *,
    replications: int | None = None,
    precision: float = 0.05,
    most: int = MOST,
    objective: str = "parcels",
    by: Sequence[str] = (),
    is_portfolio: bool = False,
    is_decomposed: bool = False,
    parcels_per_row: int = ROWS,
    workers: int = 1,
    on_progress: Tell | None = None,
) -> Comparison:
    """Compare plans with a baseline.

    A plan is the name or file of an intervention (several with ``+`` between them) or of a scenario, or such an object.
    Names are looked up beside the file of the baseline, and laid over it as it is, altered or not.
    Replications are added until the half-width of every plan's objective is within ``precision`` of the difference or
    0.2 % of the baseline's mean, or ``most`` are run; ``replications`` fixes their number.

    objective
        What plans are ranked by: `parcels`, `days`, `surplus`, `net-benefit` or `co2e`.
    by
        Dimensions that differences are also given by: `origin`, `region`, `route`, `product`, `month`, `queue`, `lane`.
    is_portfolio, is_decomposed
        Whether to run also all plans together and all but each; and with the market's answers switched off in turn.
    workers
        Processes. More than one needs a script that is guarded by ``if __name__ == "__main__"``, or a notebook.

    Raises PlanError if a plan is unknown or cannot be compared, ScenarioError if a file is wrong.
    """
    _refuse_odd(parcels_per_row=parcels_per_row, replications=replications, most=most, workers=workers)
    if not 0 < precision < 1:
        raise PlanError(f"the precision {precision} is no share between 0 and 1, such as 0.05")
    below = base_plan(base)
    rule = Rule(relative=precision, most=most, fixed=replications)
    return compare_plans(
        below,
        [plan_of(below, said) for said in plans],
        rule,
        chosen(objective),
        by=by,
        is_portfolio=is_portfolio,
        is_decomposed=is_decomposed,
        parcels_per_row=parcels_per_row,
        workers=workers,
        on_progress=on_progress,
    )


def _refuse_odd(**counts: int | None) -> None:
    """Refuse counts that cannot be; None is what is not asked for."""
    for name, count in counts.items():
        least = 2 if name == "most" else 1
        if count is not None and not least <= count <= MOST_ASKED:
            raise PlanError(f"{name} is {count}; it lies between {least} and {MOST_ASKED:,}")


def compare_plans(
    base: Plan,
    plans: Sequence[Plan],
    rule: Rule,
    objective: Objective,
    *,
    by: Sequence[str] = (),
    is_portfolio: bool = False,
    is_decomposed: bool = False,
    parcels_per_row: int = ROWS,
    workers: int = 1,
    on_progress: Tell | None = None,
    kept: KeptRuns | None = None,
) -> Comparison:
    """Compare plans that have been read; what is ``kept`` is not run again, and each run is kept as it ends.

    Raises NothingComparedError if no draw is complete in all plans.
    """
    started = time.perf_counter()
    checked(base, plans)
    if unknown := sorted(set(by) - set(EVERY_BY)):
        raise PlanError(f"'{unknown[0]}' is nothing to compare by; known are {', '.join(EVERY_BY)}")
    together = combinations(base, plans) if is_portfolio else None
    all_plans = list(together.plans if together else plans)
    everything = alike([base, *all_plans], parcels_per_row)
    study = _Study(everything, rule, objective, tuple(by))
    of_plans = 1 / (1 + len(SWITCHES)) if is_decomposed else 1.0
    found = replicated(everything, rule, study.differences, workers, part_of(on_progress, 0.0, of_plans), kept)
    if not found.complete():
        raise NothingComparedError(_nothing(found), was_stopped=found.was_stopped)
    comparison = study.comparison(found)
    comparison = replace(comparison, drawn=all_drawn(found, comparison.replications))
    more: dict[str, Columns] = {}
    if together:
        more["portfolio"] = portfolio(comparison, together)
    if is_decomposed and not comparison.was_stopped:
        tell = part_of(on_progress, of_plans, 1.0, "decomposition")
        more["decomposition"], notes, was_stopped = decomposition(comparison, found.n, workers, tell, kept)
        comparison = replace(comparison, notes=notes, was_stopped=was_stopped)
    more = {name: table for name, table in more.items() if table}
    return replace(comparison, more=more, seconds=time.perf_counter() - started)


def chosen(objective: str) -> Objective:
    """An objective by its name. Raises PlanError if there is none of that name."""
    if objective not in OBJECTIVES:
        raise PlanError(f"there is no objective '{objective}'; known are {', '.join(OBJECTIVES)}")
    return OBJECTIVES[objective]


def alike(plans: Sequence[Plan], parcels_per_row: int) -> list[Plan]:
    """Plans with the seed and draws of the first, all at the same rows: only then is their luck common."""
    first = plans[0].scenario
    same = {"seed": first.seed, "replications_per_draw": first.replications_per_draw}
    rows = {"parcels_per_row": parcels_per_row}
    return [replace(plan, scenario=plan.scenario.model_copy(update=same | rows)) for plan in plans]


def _nothing(found: Replications) -> str:
    if found.was_stopped:
        return "stopped before a draw was complete in all plans; nothing was compared"
    return "no replication is complete in all plans: " + "; ".join(found.failures.values())


class _Study:
    """A comparison under way: how what has run becomes what is compared."""

    def __init__(self, plans: Sequence[Plan], rule: Rule, objective: Objective, by: tuple[str, ...]) -> None:
        self._plans, self._rule, self._objective, self._by = plans, rule, objective, by
        own = [plan.own(plans[0]) for plan in plans]
        self._own = own

    def differences(self, found: Replications) -> list[Difference]:
        """The objective's differences of what has run so far."""
        comparison = self.comparison(found)
        return [comparison.difference(one, self._objective.measure) for one in comparison.alternatives]

    def comparison(self, found: Replications) -> Comparison:
        """What has run so far, compared."""
        used = found.complete()
        groups = united_groups([found.measured(plan, used[0]) for plan in range(len(self._plans))])
        layout = Layout.of(len(used), found.per_draw)
        drawn = [[interventions_in(worlds, replication) for replication in used] for worlds in found.worlds]
        costs = [paid(plan.scenario, each) for plan, each in zip(self._plans, drawn, strict=True)]
        years = [self._years(i, of_plan) for i, of_plan in enumerate(drawn)]
        samples = [gathered([found.measured(i, r) for r in used], groups) for i in range(len(self._plans))]
        unknown = unknown_in(samples)
        samples = [with_accounts(one, cost, unknown) for one, cost in zip(samples, costs, strict=True)]
        base, *others = [self._compared(i, found, used, samples[i], costs, years[i]) for i in range(len(samples))]
        left_out = {r: found.failures.get(r, OF_A_DRAW) for r in range(found.n) if r not in used}
        return Comparison(
            base=base,
            alternatives=tuple(others),
            layout=layout,
            objective=self._objective,
            rule=self._rule,
            by=self._by,
            replications=used,
            left_out=left_out,
            was_stopped=found.was_stopped,
        )

    def _years(self, i: int, drawn: Sequence[Mapping[str, Intervention]]) -> float:
        """Years in which what a plan has of its own acts, mean over its replications; of a scenario all of them."""
        horizon, own = self._plans[0].scenario.horizon, self._own[i]
        if not own:
            return (horizon.end - horizon.start).days / 365.25
        return float(np.mean([years_in_force([each[name] for name in own], horizon) for each in drawn]))

    def _compared(
        self,
        i: int,
        found: Replications,
        used: Sequence[int],
        samples: Samples,
        costs: Sequence[Sequence[Cost]],
        years: float,
    ) -> Compared:
        more_a_year = np.array([cost.per_year for cost in costs[i]]) - np.array([cost.per_year for cost in costs[0]])
        months, why = self._last_year(i, samples.groups["month"])
        return Compared(
            plan=self._plans[i],
            samples=samples,
            costs=costs[i],
            years=years,
            lasting=Lasting(months, why, more_a_year, self._plans[0].scenario.discount_rate),
            backlogs=_worst(chain.from_iterable(found.measured(i, r).backlogs for r in used)),
            posteriors=found.worlds[i].posteriors,
            unsettled=sum(not found.outcomes[i, r].is_settled for r in used),
            piled_up=Counter(backlog.where for r in used for backlog in found.measured(i, r).backlogs),
            network=mean_of([found.outcomes[i, r].network for r in used]),
        )

    def _last_year(self, i: int, months: Sequence[str]) -> tuple[tuple[int, ...], str]:
        """Positions of the last twelve whole months if all that the plan consists of acts in them; else why not."""
        horizon = self._plans[0].scenario.horizon
        if not all(is_lasting(one) for one in self._own[i].values()):
            return (), "it ends"
        first = max(first_day(self._own[i]), horizon.start.isoformat())
        whole = [at for at, month in enumerate(months) if f"{month}-01" >= first and _end(month) <= horizon.end]
        if len(whole) < MONTHS_OF_A_YEAR:
            return (), "fewer than twelve whole months in force"
        return tuple(whole[-MONTHS_OF_A_YEAR:]), ""


def paid(described: Scenario, drawn: Sequence[Mapping[str, Intervention]]) -> list[Cost]:
    """What the interventions of a plan cost in each replication's world."""
    return [cost_of(interventions, described.horizon, described.discount_rate) for interventions in drawn]


def all_drawn(found: Replications, used: Sequence[int]) -> dict[str, np.ndarray]:
    """What was drawn in any plan, by its path: float64[draws]."""
    per_draw = found.per_draw
    draws = [] if per_draw is None else sorted({r // per_draw for r in used})
    numbers: dict[str, np.ndarray] = {}
    for worlds in found.worlds:
        of_draws = [drawn_in(worlds, draw) for draw in draws]
        numbers |= {path: np.array([drawn[path] for drawn in of_draws]) for path in (of_draws[0] if draws else ())}
    return numbers


def _end(month: str) -> date:
    """First day after a month."""
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1)


def _worst(backlogs: Iterable[Backlog]) -> list[Backlog]:
    """Each place of the replication where it is worst; the largest first."""
    worst: dict[str, Backlog] = {}
    for backlog in backlogs:
        if backlog.where not in worst or backlog.waiting > worst[backlog.where].waiting:
            worst[backlog.where] = backlog
    return sorted(worst.values(), key=lambda backlog: -backlog.waiting)
