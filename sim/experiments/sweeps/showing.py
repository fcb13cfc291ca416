"""What the points of a sweep came to in short texts: for a terminal, or for a page of a notebook."""

import math
from collections.abc import Mapping, Sequence

from sim.experiments.sweeps.outcomes import Outcomes, enough
from sim.experiments.sweeps.reading import Study
from sim.experiments.sweeps.tables import BASE
from sim.html import table
from sim.indicators.measures import BY_NAME
from sim.tables import Columns

ROWS_SHOWN = 60
MEASURES = ("placed", "mean_days")
"""What a notebook shows of each point."""
SECTIONS = frozenset({"interventions", "measures", "lanes", "stations", "customs", "market", "origins", "routes"})
"""Parts of paths that say little."""


def swept_html(study: Study, outcomes: Outcomes, tables: Mapping[str, Columns]) -> str:
    """Points in rows: what each is, and how far its measures differ from the base."""
    n = len(tables["design"]["point"])
    heads, rows = shown_points(tables, MEASURES, range(n))
    return table(study.sweep.title or study.sweep.sweep, heads, rows, remarks(study, outcomes, n))


def shown_points(
    tables: Mapping[str, Columns], measures: Sequence[str], order: Sequence[int]
) -> tuple[list[str], list[Sequence[str]]]:
    """Headings, and the first points of an order in rows: what each is, its measures and their differences."""
    design, points = tables["design"], tables["points"]
    of = {name: of_measure(points, name) for name in measures}
    heads = [*headings(design), *(part for name in measures for part in (titled(name), "less the base"))]
    rows: list[Sequence[str]] = [
        [*values_at(design, point), *(cell for each in of.values() for cell in _cells(each, point))]
        for point in order[:ROWS_SHOWN]
    ]
    return heads, rows


def of_measure(points: Columns, name: str) -> Columns:
    """The rows of one measure, a point each."""
    is_of = points["measure"] == name
    return {column: values[is_of] for column, values in points.items()}


def _cells(measure: Columns, point: int) -> tuple[str, str]:
    """A mean and a difference, each with half the interval that the Monte Carlo error gives."""
    if not len(measure["mean"]):
        return "-", "-"
    mean, high = measure["mean"][point], measure["high_95"][point]
    less, up = measure["difference"][point], measure["difference_high_95"][point]
    return with_error(mean, high - mean), "" if point == BASE else with_error(less, up - less, sign="+")


def with_error(number: float, half: float, sign: str = "") -> str:
    """A number with half the width of its interval, in as many decimals as that has; `-` for NaN."""
    if math.isnan(number):
        return "-"
    digits = _digits(half if half > 0 else number / 1000)
    digits = max(digits, min(_digits(number), 2))
    text = f"{number:{sign},.{digits}f}"
    return text if math.isnan(half) else f"{text} ±{half:,.{digits}f}"


def _digits(size: float) -> int:
    """Decimals that show two figures of a size."""
    return 0 if math.isnan(size) or size == 0 else min(max(1 - math.floor(math.log10(abs(size))), 0), 6)


def remarks(study: Study, outcomes: Outcomes, n: int) -> list[str]:
    """What the points of a sweep rest on, and what failed; ``n`` points there are."""
    lines = []
    if n > ROWS_SHOWN:
        lines.append(f"{n - ROWS_SHOWN:,} more points are in the tables.")
    kinds = "common luck" + (" and common draws" if outcomes.per_draw else "")
    lines.append(
        f"Each point in {outcomes.n} replication{'s' * (outcomes.n > 1)} on {kinds}; ± is half the 95 % interval that "
        "luck leaves. Point 0 is the base."
    )
    if outcomes.n_failed:
        total = outcomes.is_done.size
        reasons = [one.reason for row in outcomes.ended for one in row if one.reason]
        lines.append(
            f"{outcomes.n_failed} of {total} runs failed, the first so: {reasons[0] if reasons else 'unknown'}"
        )
    precision = study.sweep.precision
    if precision is not None and enough(outcomes, precision) > 1:
        lines.append(f"{precision.of} is not within {precision.within:.3g} at every point after the most replications.")
    return lines


def headings(design: Columns) -> list[str]:
    """The ends of the paths, as short as they are told apart, a part a line, with their units."""
    names = [name for name in design if name != "point"]
    for n in (2, 3, 4):
        short = ["\n".join(_short(name, n)) for name in names]
        if len(set(short)) == len(names):
            return ["point", *short]
    return ["point", *names]


def _short(name: str, n: int) -> list[str]:
    path, _, unit = name.partition(" ")
    parts = [part for part in path.split(".") if part not in SECTIONS][-n:]
    return [*parts, unit] if unit else parts


def titled(measure: str) -> str:
    """A measure with its unit in a line of its own."""
    return f"{measure}\n{BY_NAME[measure].unit}"


def values_at(design: Columns, point: int) -> list[str]:
    """The number of a point, and what its levers and uncertainties are."""
    return [str(point), *(_value(values[point]) for name, values in design.items() if name != "point")]


def _value(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return str(value)
