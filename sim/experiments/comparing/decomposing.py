"""Where an effect comes from: plan and baseline under the same switches of the market's feedback, one more on each.

The first step is physics only, every order choosing as described; each further step's contribution is what it adds to
the effect. They add up to the whole effect, replication by replication.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.experiments.comparing.comparison import Comparison
from sim.experiments.comparing.objectives import EVERY_MEASURE
from sim.experiments.comparing.plans import Plan
from sim.experiments.comparing.replicating import Rule, replicated
from sim.experiments.comparing.samples import Samples, gathered, united_groups
from sim.experiments.comparing.tables import PLAN, columns_of
from sim.experiments.differences import difference
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


def decomposition(comparison: Comparison, workers: int, on_progress: Tell | None) -> Columns:
    """Contributions of each step to the effect of each plan."""
    effects = [*_effects_switched(comparison, workers, on_progress), _effects(_samples(comparison))]
    rows: list[tuple[Any, ...]] = []
    base = comparison.base.samples
    for i, one in enumerate(comparison.alternatives):
        for measure in MEASURES:
            of_steps = [effect[i][measure] for effect in effects]
            added = np.diff(of_steps, axis=0, prepend=0.0)
            for step, values in zip((*STEPS, WHOLE_EFFECT), (*added, of_steps[-1]), strict=True):
                found = difference(base.whole(measure) + values, base.whole(measure), comparison.layout)
                unit = EVERY_MEASURE[measure].unit
                interval = (found.low, found.high, found.half_width)
                rows.append((one.plan.name, measure, unit, step, float(values.mean()), *interval))
    return columns_of(DECOMPOSITION, rows)


def _samples(comparison: Comparison) -> list[Samples]:
    return [one.samples for one in comparison.everything]


def _effects(samples: Sequence[Samples]) -> list[dict[str, np.ndarray]]:
    """By plan and measure, its difference from the baseline: float64[n]."""
    base, *others = samples
    return [{name: one.whole(name) - base.whole(name) for name in MEASURES} for one in others]


def _effects_switched(
    comparison: Comparison, workers: int, on_progress: Tell | None
) -> list[list[dict[str, np.ndarray]]]:
    """Effects with none of the switches on, then one more each time, but for the last: all on is what has run."""
    plans = [one.plan for one in comparison.everything]
    steps = [[switched(plan, SWITCHES[:n_on]) for plan in plans] for n_on in range(len(SWITCHES))]
    rule = Rule(fixed=max(comparison.replications) + 1)
    found = replicated([plan for step in steps for plan in step], rule, lambda _: (), workers, on_progress)
    effects = []
    for number in range(len(steps)):
        first = number * len(plans)
        measured = [[found.measured(first + i, r) for r in comparison.replications] for i in range(len(plans))]
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
