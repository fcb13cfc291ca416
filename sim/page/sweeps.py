"""A sweep as the page shows it: what it varied, what each value came to on average, and its points."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.language import marked
from sim.page.tabled import Cell, Column, Table, Told, interval, number, table_in
from sim.page.wording import Wording

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {
    "placed": (marked("parcels ordered"), "parcels", 1),
    "mean_days": (marked("days from door to door, mean"), "d", -1),
    "share_within_promise": (marked("within the promise"), "share", 1),
    "operators_result_cny": (marked("operators' result"), "CNY", 1),
}
"""Measures that are shown, as far as a sweep has them: what they are called, their unit, and which way is better."""
MOST_VALUES = 12
"""A lever of more values is not told value by value."""
PLANS = "plans"
BASE = 0
OWN = ("mean", "low_95", "high_95")
DIFFERENCE = ("difference", "difference_low_95", "difference_high_95")


def told(folder: Path, said: Mapping[str, Any], words: Wording) -> Told:
    """Of a folder of `sim sweep`, with what its `sweep.json` says."""
    sweep, factors = said["sweep"], list(said["factors"])
    points, runs = table_in(folder, "points"), table_in(folder, "runs")
    measures = [name for name in MEASURES if name in set(points["measure"])]
    levers = [one for one in factors if one["is"] == "lever" and 1 < points[one["column"]].nunique() <= MOST_VALUES]
    tables = [_values(points, one, measures, words) for one in levers]
    title = str(sweep.get("title") or sweep["sweep"])
    return Told(
        heading=words.t(title),
        answer=list(_answer(points, runs, levers, measures, words)),
        tables=[*tables, _points(points, factors, measures, words)],
        notes=list(_notes(words)),
        warnings=list(_failed(runs, words)),
        manifest={"seed": sweep.get("seed"), "parcels_per_row": sweep.get("parcels_per_row")}
        | {"replications": sweep.get("replications"), "versions": said.get("versions", {})}
        | {"scenario_files": dict(said.get("scenario_files", {}))},
    )


def _answer(
    points: "pd.DataFrame",
    runs: "pd.DataFrame",
    levers: Sequence[Mapping[str, Any]],
    measures: list[str],
    words: Wording,
) -> Iterator[str]:
    for lever in levers:
        for measure in measures[:2]:
            yield from _best_value(points, lever, measure, words)
    if not levers:
        for measure in measures[:2]:
            yield from _best_point(points, measure, words)
    yield words.t(
        "{points} points in {replications} replications of each: {runs} runs.",
        points=words.numbers.count(points["point"].nunique()),
        replications=words.numbers.count(runs["replication"].nunique()),
        runs=words.numbers.count(len(runs)),
    )


def _best_value(points: "pd.DataFrame", lever: Mapping[str, Any], measure: str, words: Wording) -> Iterator[str]:
    """Which value of a lever is best over all points, and how far the worst is from it."""
    label, unit, better = MEASURES[measure]
    means = points[points["measure"] == measure].groupby(lever["column"], sort=False)["mean"].mean().dropna()
    if len(means) < 2:
        return
    ordered = means.sort_values(ascending=better < 0, kind="stable")
    yield words.t(
        "{measure}, over all points: best with {lever} {value}, {figure}; worst with {other}, {least}.",
        measure=_capital(words.t(label)),
        lever="" if lever["path"] == PLANS else words.number(lever["path"]),
        value=_value(lever, ordered.index[0], words),
        figure=_said(float(ordered.iloc[0]), unit, words),
        other=_value(lever, ordered.index[-1], words),
        least=_said(float(ordered.iloc[-1]), unit, words),
    ).replace("  ", " ")


def _best_point(points: "pd.DataFrame", measure: str, words: Wording) -> Iterator[str]:
    label, unit, better = MEASURES[measure]
    own = points[(points["measure"] == measure) & points["mean"].notna()]
    if own.empty:
        return
    best = own.loc[own["mean"].idxmax() if better > 0 else own["mean"].idxmin()]
    yield words.t(
        "{measure}: best at point {point}, {figure}.",
        measure=_capital(words.t(label)),
        point=int(best["point"]),
        figure=_said(float(best["mean"]), unit, words),
    )


def _said(value: float, unit: str, words: Wording) -> str:
    numbers = words.numbers
    if unit == "d":
        return numbers.days(value)
    if unit == "share":
        return numbers.percent(value)
    return numbers.money(value) if unit == "CNY" else numbers.number(value)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _notes(words: Wording) -> Iterator[str]:
    yield words.t(
        "In brackets: 95 % intervals of the error of the runs alone; differences are from point 0, the base, on common luck."
    )


def _failed(runs: "pd.DataFrame", words: Wording) -> Iterator[str]:
    n = int((runs["status"] != "done").sum())
    if n:
        yield words.t("Runs that failed: {n}; their points are means of the others.", n=n)


# -- tables ------------------------------------------------------------------------------------------------------------


def _values(points: "pd.DataFrame", lever: Mapping[str, Any], measures: list[str], words: Wording) -> Table:
    """Means over all points with each value of a lever."""
    t = words.t
    what = t("plan") if lever["path"] == PLANS else words.number(lever["path"])
    own = points[points["measure"].isin(measures)]
    means = own.pivot_table(index=lever["column"], columns="measure", values="mean", aggfunc="mean", sort=False)
    counts = own.groupby(lever["column"], sort=False)["point"].nunique()
    columns = [Column("value", what, unit=str(lever["unit"])), Column("points", t("points"), "number")]
    columns += [Column(name, t(MEASURES[name][0]), "number", MEASURES[name][1]) for name in measures]
    rows: list[list[Cell]] = [
        [_value(lever, value, words), int(counts[value]), *(number(means.loc[value, name]) for name in measures)]
        for value in means.index
    ]
    return Table(f"values-{lever['path']}", t("Means over all points, by {what}", what=what), columns, rows)


def _points(points: "pd.DataFrame", factors: Sequence[Mapping[str, Any]], measures: list[str], words: Wording) -> Table:
    """A row for each point: what was varied, each measure, and its difference from the base."""
    t = words.t
    columns = [Column("point", t("point"), "number"), *(_factor(one, words) for one in factors)]
    for name in measures:
        label, unit, _ = MEASURES[name]
        columns.append(Column(name, t(label), "interval", unit))
        columns.append(Column(f"{name}-difference", t("{what}: less the base", what=t(label)), "interval", unit))
    by_point: dict[int, list[Cell]] = {}
    for record in points[points["measure"].isin(measures)].to_dict("records"):
        point = int(record["point"])
        row = by_point.setdefault(point, [point, *(_cell(one, record, words) for one in factors)])
        row.append(interval(record, *OWN))
        row.append(interval(record, *DIFFERENCE) if point != BASE else None)
    return Table("points", t("Points"), columns, list(by_point.values()))


def _factor(one: Mapping[str, Any], words: Wording) -> Column:
    label = words.t("plan") if one["path"] == PLANS else words.number(one["path"])
    return Column(one["path"], label, "number" if one["kind"] == "number" else "text", str(one["unit"]))


def _cell(factor: Mapping[str, Any], record: Mapping[str, Any], words: Wording) -> Cell:
    value = record[factor["column"]]
    return number(value) if factor["kind"] == "number" else _value(factor, value, words)


def _value(factor: Mapping[str, Any], value: Any, words: Wording) -> str:
    """A value of a factor as a text."""
    if factor["path"] == PLANS:
        return words.plan(str(value))
    if factor["kind"] == "number":
        return f"{words.numbers.exact(float(value))} {factor['unit']}".strip()
    return str(value)
