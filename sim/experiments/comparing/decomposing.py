"""Where an effect comes from: plan and baseline under the same switches of the market's feedback, one more on each.

The first step is physics only, every order choosing as described; each further step's contribution is what it adds to
the effect. They add up to the whole effect, replication by replication.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.experiments.comparing.compared import ComparedPlans
from sim.experiments.comparing.kept import KeptRuns
from sim.experiments.comparing.objectives import EVERY_MEASURE
from sim.experiments.comparing.plans import Plan
from sim.experiments.comparing.replicating import Replications, Rule, replicated
from sim.experiments.comparing.samples import Samples, gathered, united_groups
from sim.experiments.comparing.tables import PLAN, columns_of
from sim.experiments.differences import Layout, difference
from sim.experiments.run import Tell
from sim.indicators import Columns
from sim.indicators.declared import Column

SWITCHES = ("route_shift", "induced_demand", "congestion", "sellers")
"""In the order in which they are switched on."""
STEPS = ("physics only", *(f"+ {name.replace('_', ' ')}" for name in SWITCHES))
MEASURES = (
    "placed",
    "latent_orders",
    "other_gateway",
    "not_bought",
    "delivered",
    "mean_days",
    "p95_days",
    "share_within_promise",
    "goods_cny",
    "co2e_kg",
)
"""No surplus: with switches off it is not that of the same choice, and cannot be compared."""
DECOMPOSITION = (
    PLAN,
    Column("measure", "text", "", "name of the measure"),
    Column("unit", "text", "", "its unit"),
    Column("step", "text", "", "`physics only`, then each switch as it is put on; `whole effect` is their sum"),
    Column("contribution", "number", "", "what the step adds to the plan's difference from the baseline"),
    Column("credible_low", "number", "", "lower end of the 95 % credible interval over draws; empty without draws"),
    Column("credible_high", "number", "", "upper end of it"),
    Column("half_width", "number", "", "half of the 95 % interval by Monte Carlo error alone"),
)
WHOLE_EFFECT = "whole effect"


def decomposition(
    comparison: ComparedPlans, n: int, workers: int, on_progress: Tell | None, kept: KeptRuns | None = None
) -> tuple[Columns, tuple[str, ...], bool]:
    """Contributions of each step to the effect of each plan, what is missing in them, and whether it was stopped.

    Of ``n`` replications as the comparison had them, since their number says in which worlds they run. No columns where
    no replication is complete with the switches as well.
    """
    steps = _steps(comparison)
    plans = [plan for step in steps for plan in step]
    found = replicated(plans, Rule(fixed=n), lambda _: (), workers, on_progress, kept)
    used = sorted({*found.complete()} & {*comparison.replications})
    notes = _missing(comparison, found, len(used))
    if not used:
        return {}, notes, found.was_stopped
    layout = Layout.of(len(used), found.per_draw)
    effects = [*_effects_switched(found, len(steps), used), _effects(_samples(comparison, used))]
    return _table(comparison, effects, layout, used), notes, found.was_stopped


def _missing(comparison: ComparedPlans, found: Replications, n_used: int) -> tuple[str, ...]:
    if n_used == len(comparison.replications):
        return ()
    why = "stopped" if found.was_stopped else "; ".join(found.failures.values())
    if not n_used:
        return (f"there is no decomposition, since no replication is complete with its switches: {why}.",)
    n = len(comparison.replications)
    return (f"the decomposition is of {n_used} of the {n} replications, complete with its switches: {why}.",)


def _table(
    comparison: ComparedPlans, effects: Sequence[list[dict[str, np.ndarray]]], layout: Layout, used: Sequence[int]
) -> Columns:
    rows: list[tuple[Any, ...]] = []
    base = _samples(comparison, used)[0]
    for i, one in enumerate(comparison.alternatives):
        for measure in MEASURES:
            of_steps = [effect[i][measure] for effect in effects]
            added = np.diff(of_steps, axis=0, prepend=0.0)
            for step, values in zip((*STEPS, WHOLE_EFFECT), (*added, of_steps[-1]), strict=True):
                found = difference(base.whole(measure) + values, base.whole(measure), layout)
                unit = EVERY_MEASURE[measure].unit
                interval = (found.low, found.high, found.half_width)
                rows.append((one.plan.name, measure, unit, step, float(values.mean()), *interval))
    return columns_of(DECOMPOSITION, rows)


def _samples(comparison: ComparedPlans, used: Sequence[int]) -> list[Samples]:
    """What the plans came to in some of the replications."""
    at = [comparison.replications.index(replication) for replication in used]
    return [
        one.samples.with_whole({name: one.samples.whole(name)[at] for name in MEASURES})
        for one in comparison.everything
    ]


def _effects(samples: Sequence[Samples]) -> list[dict[str, np.ndarray]]:
    """By plan and measure, its difference from the baseline: float64[n]."""
    base, *others = samples
    return [{name: one.whole(name) - base.whole(name) for name in MEASURES} for one in others]


def _steps(comparison: ComparedPlans) -> list[list[Plan]]:
    """All plans with none of the switches on, then one more each time, but for the last: all on is what has run."""
    plans = [one.plan for one in comparison.everything]
    return [[switched(plan, SWITCHES[:n_on]) for plan in plans] for n_on in range(len(SWITCHES))]


def _effects_switched(found: Replications, n_steps: int, used: Sequence[int]) -> list[list[dict[str, np.ndarray]]]:
    """Effects of each step."""
    n_plans = len(found.plans) // n_steps
    effects = []
    for first in range(0, len(found.plans), n_plans):
        measured = [[found.measured(first + i, r) for r in used] for i in range(n_plans)]
        groups = united_groups([of_plan[0] for of_plan in measured])
        effects.append(_effects([gathered(of_plan, groups) for of_plan in measured]))
    return effects


def switched(plan: Plan, on: Sequence[str]) -> Plan:
    """The plan with only these switches of its feedback on, of those that it has on."""
    market = plan.scenario.market
    states = {name: getattr(market.feedback, name) and name in on for name in SWITCHES}
    update = {"market": market.model_copy(update={"feedback": market.feedback.model_copy(update=states)})}
    off = ",".join(name for name in SWITCHES if not states[name])
    return replace(plan, name=f"{plan.name} without {off}", scenario=plan.scenario.model_copy(update=update))
