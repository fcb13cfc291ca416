"""A comparison in words: the cells of its table, and what it rests on. Plain text, for a terminal or a notebook."""

import math
from collections.abc import Callable, Iterator

from sim.errors import listed
from sim.experiments.comparing.accounts import Figure
from sim.experiments.comparing.cautions import PLANS_NAMED, first_of, warnings
from sim.experiments.comparing.compared import Compared, ComparedPlans
from sim.experiments.comparing.sensitivity import FEWEST_DRAWS
from sim.experiments.comparing.tables import FIGURES, better, sensitivity_table
from sim.experiments.differences import ENOUGH_DRAWS, TOO_FEW_DRAWS, Layout

NUMBERS_NAMED = 3
NOTHING = 1e-9
"""What is smaller is left of rounding."""
SHOWN = {shown.name: shown for shown in FIGURES}

HEADINGS: tuple[tuple[str, ...], ...] = (
    ("parcels gained", "a year"),
    ("of these new,", "diverted, created"),
    ("days saved", "mean"),
    ("days saved", "p95"),
    ("within", "promise"),
    ("surplus", "CNY a year"),
    ("cost", "CNY a year"),
    ("net benefit", "CNY a year"),
    ("benefit", "/ cost"),
    ("CO2e", "t a year"),
    ("P", "(better)"),
    ("P", "(best)"),
    ("regret", ""),
)


def plan_cells(comparison: ComparedPlans, one: Compared) -> list[tuple[str, ...]]:
    """The cells of a plan, each of one or several lines."""
    found = comparison.difference(one, comparison.objective.measure)
    place = comparison.everything.index(one)
    rank, given = comparison.ranking, comparison.returns_of(one).figures
    return [
        _figure(comparison, one, "parcels_gained_per_year", short),
        tuple(_value(comparison, one, name) for name in ("new_buyers", "diverted", "created")),
        _figure(comparison, one, "days_saved", days),
        _figure(comparison, one, "p95_days_saved", days),
        _figure(comparison, one, "within_promise", points),
        _figure(comparison, one, "buyers_surplus_per_year_cny", short),
        _figure(comparison, one, "cost_per_year_cny", short),
        _figure(comparison, one, "net_benefit_per_year_cny", short),
        _ratio(given["benefit_cost"], comparison.layout),
        _figure(comparison, one, "co2e_kg_per_year", lambda kg: short(kg / 1000)),
        (probability(better(found.probability_positive, comparison.objective.sign)),),
        (probability(float(rank.probability_best[place])),),
        (short(float(rank.regret[place])),),
    ]


def _figure(comparison: ComparedPlans, one: Compared, name: str, write: Callable[[float], str]) -> tuple[str, ...]:
    """A figure: its value, its credible interval, and half its width by Monte Carlo error, where there are such."""
    value, low, high, half = SHOWN[name].of(comparison, one)
    ends = (low, high) if is_told(comparison.layout) else (math.nan, math.nan)
    return with_interval(write, value, *ends, half)


def with_interval(write: Callable[[float], str], value: float, low: float, high: float, half: float) -> tuple[str, ...]:
    """A number in one line, then `[low, high]` and `±half` as far as they are known and not nothing."""
    lines = [write(value)]
    if not math.isnan(low) and (low, high) != (value, value):
        lines.append(f"[{write(low)}, {write(high)}]")
    if not math.isnan(half) and half > 0:
        lines.append(f"±{write(half).lstrip('+')}")
    return tuple(lines)


def is_told(layout: Layout) -> bool:
    """Whether there are draws enough for an interval over them: of two or three it looks certain and is not."""
    return layout.n_draws >= TOO_FEW_DRAWS


def _value(comparison: ComparedPlans, one: Compared, name: str) -> str:
    """A figure of the reported time as one of a year in force."""
    return short(SHOWN[name].of(comparison, one)[0] / one.years if one.years else math.nan)


def _ratio(figure: Figure, layout: Layout) -> tuple[str, ...]:
    if figure.why:
        return (f"- ({figure.why})",)
    ends = (figure.low, figure.high) if is_told(layout) else (math.nan, math.nan)
    return with_interval(ratio, figure.value, *ends, figure.half_width)


def short(number: float) -> str:
    """Three figures, with k, M or bn."""
    if math.isnan(number):
        return "-"
    for size, unit in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if abs(number) >= 0.9995 * size:
            return f"{number / size:.3g}{unit}"
    return "0" if abs(number) < NOTHING else f"{number:.3g}"


def ratio(number: float) -> str:
    """A ratio, to the hundredth."""
    return "-" if math.isnan(number) else f"{number:.2f}"


def days(number: float) -> str:
    """Days, to the hundredth."""
    return "-" if math.isnan(number) else f"{number + 0.0:.2f}"


def points(number: float) -> str:
    """A difference of shares, in percentage points."""
    return "-" if math.isnan(number) else f"{100 * number + 0.0:+.1f} pp"


def probability(number: float) -> str:
    """A probability in per cent."""
    return "-" if math.isnan(number) else f"{number:.0%}"


# -- what it rests on --------------------------------------------------------------------------------------------------


def rests_on(comparison: ComparedPlans) -> Iterator[str]:
    """What the table rests on and what to beware of, a sentence or several in each line."""
    yield _runs(comparison)
    yield _intervals(comparison)
    yield (
        "Money is CNY of 2016, a year that of the time in force; cost is capital recovered over its life and running "
        "cost. Benefit is buyers' surplus, sellers' income and operators' result less subsidies; see docs/comparing.md."
    )
    yield _precision(comparison)
    yield from _undecided(comparison)
    best = float(comparison.ranking.probability_best[0])
    yield f"The baseline itself is best with a probability of {probability(best)}."
    yield from _important_numbers(comparison)
    yield from (f"Warning: {line}" for line in warnings(comparison))


def _runs(comparison: ComparedPlans) -> str:
    scenario, layout = comparison.base.plan.scenario, comparison.layout
    n, rows = layout.n_used, scenario.parcels_per_row
    asked = comparison.rule.most if comparison.rule.fixed is None else comparison.rule.fixed
    per_draw = scenario.replications_per_draw
    cut = f"; only whole draws of {per_draw} run, so not the {asked} asked for" if 0 < asked - n < per_draw else ""
    cut = cut if layout.has_draws and not comparison.left_out and not comparison.was_stopped else ""
    drawn = f" in {layout.n_draws} draws of {len(comparison.drawn)} uncertain numbers{cut}" if layout.has_draws else ""
    size = "single parcels" if rows == 1 else f"rows of up to {rows} parcels (docs/parcels-per-row.md)"
    return (
        f"Against {comparison.base.plan.name}: {n} replication{'s' * (n > 1)} of each{drawn} on common luck (seed "
        f"{scenario.seed}), {size}. Ranked by {comparison.objective.name}; regret in {comparison.objective.unit}."
    )


def _intervals(comparison: ComparedPlans) -> str:
    n = comparison.layout.n_draws
    few = f" Of fewer than {ENOUGH_DRAWS} draws the credible interval is too narrow." if n < ENOUGH_DRAWS else ""
    if comparison.layout.has_draws and not is_told(comparison.layout):
        return (
            f"{n} draws are too few for a credible interval: {TOO_FEW_DRAWS} are the least for one, {ENOUGH_DRAWS} for "
            "one that is not too narrow; P(better), P(best) and regret say as little. ±: half of the 95 % interval by "
            "Monte Carlo error, which more replications would narrow."
        )
    if comparison.layout.has_draws:
        return (
            "[ ]: 95 % credible interval over draws, which more knowledge would narrow. ±: half of the 95 % interval "
            f"by Monte Carlo error, which more replications would.{few}"
        )
    return (
        "±: half of the 95 % interval by Monte Carlo error. Nothing was drawn, so there is no credible interval, and "
        "P(better), P(best) and regret tell of the runs, not of what is not known about the world."
    )


def _precision(comparison: ComparedPlans) -> str:
    rule = comparison.rule
    what = f"within {100 * rule.relative:.3g} % of the difference or {100 * rule.floor:.3g} % of the baseline"
    missing = []
    for one in comparison.alternatives:
        found = comparison.difference(one, comparison.objective.measure)
        if not found.is_precise:
            half = "unknown" if math.isnan(found.half_width) else f"±{short(found.half_width)}"
            missing.append(f"{one.plan.name} ({half}, wanted ±{short(rule.wanted(found))})")
    if not missing:
        return f"All plans are as precise as asked for in {comparison.objective.name}: {what}."
    those = first_of(missing, "plan", PLANS_NAMED)
    return f"Not as precise as asked for ({what}): {those}; more replications would help."


def _undecided(comparison: ComparedPlans) -> Iterator[str]:
    """Plans whose difference is smaller than what luck alone may make of it."""
    found = {one.plan.name: comparison.difference(one, comparison.objective.measure) for one in comparison.alternatives}
    names = [name for name, one in found.items() if 0 < abs(one.difference) < one.half_width]
    if names:
        more = (
            "; P(better) and P(best) are over draws and do not count that error" if comparison.layout.has_draws else ""
        )
        those = first_of(names, "plan", PLANS_NAMED)
        yield f"By Monte Carlo error alone the difference may be nothing for {those}{more}."


def _important_numbers(comparison: ComparedPlans) -> Iterator[str]:
    if not comparison.layout.has_draws:
        return
    n = comparison.layout.n_draws
    if n < FEWEST_DRAWS:
        yield f"Which uncertain number moves the answer cannot be told from {n} draws; {FEWEST_DRAWS} or more can."
        return
    table = sensitivity_table(comparison)
    for one in comparison.alternatives:
        rows = [i for i, name in enumerate(table["plan"]) if name == one.plan.name and table["is_clear"][i] == "yes"]
        told = [f"{table['number'][i]} ({table['share_of_variance'][i]:.0%})" for i in rows[:NUMBERS_NAMED]]
        if told:
            yield f"{one.plan.name}: most of what is not known is due to {listed(told, 'and')}."
