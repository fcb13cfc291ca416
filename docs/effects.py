"""What the model says a plan does, in a sentence, of what is kept of its comparison. Knows rounding and words only."""

import math
from collections.abc import Iterable, Iterator

from docs.comparisons import ENOUGH_DRAWS, Figure, Row, figure, is_short
from sim.experiments.differences import TOO_FEW_DRAWS

NO_TIME = 0.05
"""Days; a mean that moves by less is not spoken of."""
HALVES = (0.42, 0.58)
"""Days, between which one may say half a day."""


def effect(row: Row) -> str:
    """Parcels, days, benefit over cost, and what that hangs on."""
    parcels, days, ratio = (figure(row, name) for name in ("parcels_gained_per_year", "days_saved", "benefit_cost"))
    parts = [_parcels(row, parcels), _days(days), _benefit(ratio), _hanging(row)]
    said = "; ".join(part for part in parts if part)
    return said if row["calibrations"] else f"illustrative: {said}"


def _parcels(row: Row, found: Figure | None) -> str:
    if found is None:
        return "parcels not known"
    low, value, high = rounded_alike(found.low, found.value, found.high)
    span = "in all" if is_short(row) else "a year"
    if not found.is_told_from_none:
        better = f", more with a probability of {_per_cent(row['p_better'])}" if row["p_better"] else ""
        return f"no effect on parcels that could be told from none ({_over(row)}: {low} to {high} {span}{better})"
    return f"about {value} parcels {span} ({_over(row)}: {low} to {high})"


def _over(row: Row) -> str:
    """What an interval is an interval of."""
    draws = int(row["draws"])
    few = ", too few" if draws < TOO_FEW_DRAWS else ""
    return "95 %" if draws >= ENOUGH_DRAWS else f"{draws} draws{few}" if draws else "by luck"


def _days(found: Figure | None) -> str:
    if found is None or not found.is_told_from_none or abs(found.value) < NO_TIME:
        return ""
    size = abs(found.value)
    amount = "half a day" if HALVES[0] < size < HALVES[1] else f"{size:.1f} days"
    return f"{amount} {'sooner' if found.value > 0 else 'later'}"


def _benefit(found: Figure | None) -> str:
    if found is None:
        return ""
    low, high = (_ratio(end) for end in (found.low, found.high))
    ends = f" ({low} to {high})" if low != high else ""
    if found.value < 0:
        return f"a loss of {_ratio(-found.value)} CNY for each CNY of cost{ends and f' (benefit {low} to {high})'}"
    return f"benefit of {_ratio(found.value)} CNY for each CNY of cost{ends}"


def _ratio(value: float) -> str:
    text = f"{value:.0f}" if abs(value) >= 9.5 else f"{value:.1f}"
    return "0" if float(text) == 0 else text


def _hanging(row: Row) -> str:
    if not row["number"]:
        return ""
    if row["is_clear"] != "yes":
        return "hangs clearly on no number alone"
    return f"hangs mostly on `{short_path(row['number'])}` ({_per_cent(row['share_of_variance'])} of the variance)"


def _per_cent(share: str) -> str:
    return f"{float(share) * 100:.0f} %"


def short_path(path: str) -> str:
    """A number's path without the words that all paths of interventions have."""
    keys = path.split(".")
    if keys[0] == "interventions":
        return ".".join(key for at, key in enumerate(keys) if at and not (at == 2 and key == "measures"))
    return path


def rounded_alike(*values: float) -> list[str]:
    """Numbers with signs, all to two significant digits of the largest."""
    size = max(map(abs, values))
    step = 10 ** (math.floor(math.log10(size)) - 1) if size > 0 else 1
    return [_signed(step * round(value / step)) for value in values]


def _signed(value: float) -> str:
    return f"{value:+,.0f}" if round(value) else "0"


# -- what was compared -------------------------------------------------------------------------------------------------


def circumstances(rows: Iterable[Row]) -> Iterator[str]:
    """A line of a table for each comparison: baseline, calibrations, plans, parcels, rows, replications, draws."""
    for (base, calibrations, *_), plans in _comparisons(rows).items():
        first = plans[0]
        parcels = rounded_alike(float(first["baseline_parcels_per_year"]))[0].lstrip("+")
        cells = [base, calibrations or "no", str(len(plans)), parcels]
        yield f"| {' | '.join([*cells, *(first[name] for name in ('parcels_per_row', 'replications', 'draws'))])} |\n"


def told_circumstances(rows: Iterable[Row]) -> Iterator[str]:
    """The same in words, without the baseline's parcels."""
    for (base, calibrations, per_row, replications, draws), plans in _comparisons(rows).items():
        drawn = f"{draws} draws" + (f" of the posterior of {calibrations} and" if calibrations else "")
        whole = f"in {drawn} of the plans' uncertain numbers" if int(draws) else "at central values"
        yield f"{len(plans)} plans against `{base}`, {replications} replications {whole}, by rows of {per_row} parcels."


def _comparisons(rows: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Plans by what they were compared in."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        at = tuple(row[name] for name in ("base", "calibrations", "parcels_per_row", "replications", "draws"))
        found.setdefault(at, []).append(row)
    return found
