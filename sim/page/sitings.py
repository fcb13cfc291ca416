"""A siting as the page shows it: the best places by how many there are, how sure that is, and what the model said of it."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.page.tabled import Cell, Column, Table, Told, number, table_in
from sim.page.wording import AND, Wording

if TYPE_CHECKING:
    import pandas as pd

A_YEAR = "CNY a year"
MOST_SETS = 30


def told(folder: Path, said: Mapping[str, Any], words: Wording) -> Told:
    """Of a folder of `sim site`, with what its manifest says."""
    siting, names = said["siting"], _names(said["siting"], words)
    sets, candidates = table_in(folder, "sets"), table_in(folder, "candidates")
    has_draws = bool(said.get("draws"))
    tables = [_sets(sets, names, words, has_draws=has_draws), _candidates(candidates, names, words)]
    check = table_in(folder, "check") if (folder / "check.parquet").is_file() else None
    if check is not None:
        tables.append(_check(check, names, words))
    return Told(
        heading=words.t(str(siting.get("title") or siting["siting"])),
        answer=[
            *_answer(sets, names, words, has_draws=has_draws),
            *(_verdict(folder, words) if check is not None else ()),
        ],
        tables=tables,
        notes=list(_notes(said, words)),
        warnings=list(_warnings(said, sets, words)),
        manifest={"seed": said.get("seed"), "draws": said.get("draws", 0), "versions": said.get("versions", {})}
        | {"scenario_files": dict(said.get("scenario_files", {}))},
    )


def _names(siting: Mapping[str, Any], words: Wording) -> dict[str, str]:
    """Candidates by what they are called."""
    found = {}
    for slug, one in siting["candidates"].items():
        said = one.get("name") or {}
        found[slug] = str(said.get(words.t.language) or said.get("en") or slug)
    return found


def _set(text: str, names: Mapping[str, str], words: Wording) -> str:
    return words.numbers.listed([names.get(part, part) for part in str(text).split(AND)])


def _said(value: float, unit: str, words: Wording) -> str:
    """A value of the solver in words."""
    n = words.numbers
    if unit == "d":
        return n.days(value)
    if unit == "share":
        return words.t("{share} of the demand", share=n.percent(value))
    return words.t("{money} a year", money=n.money(value))


def _answer(sets: "pd.DataFrame", names: Mapping[str, str], words: Wording, *, has_draws: bool) -> Iterator[str]:
    t = words.t
    for _, row in sets[sets["rank"] == 1].iterrows():
        value = _said(float(row["value"]), str(row["unit"]), words)
        where = _set(row["set"], names, words)
        n = int(row["sites"])
        told = t("One site: {sites}, {value}.", sites=where, value=value) if n == 1 else t(
            "{n} sites: {sites}, {value}.", n=n, sites=where, value=value
        )  # fmt: skip
        p = float(row["p_best"])
        if has_draws and not math.isnan(p):
            told += t(" Best with a probability of {p}.", p=words.numbers.probability(p))
        yield told


def _verdict(folder: Path, words: Wording) -> Iterator[str]:
    """Whether the order of the sets survived in the model."""
    if not (folder / "pairs.parquet").is_file():
        return
    orders = table_in(folder, "pairs")["order"].value_counts()
    if n := int(orders.sum()):
        yield words.t(
            "Simulated in the model, of {n} pairs of sets {kept} kept their order, {turned} turned it, and {rest} are not told apart.",
            n=n,
            kept=int(orders.get("kept", 0)),
            turned=int(orders.get("turned", 0)),
            rest=int(orders.get("not told apart", 0)),
        )


def _notes(said: Mapping[str, Any], words: Wording) -> Iterator[str]:
    t, n = words.t, int(said.get("draws") or 0)
    if n and not said.get("demand_draws"):
        yield t(
            "Probabilities and shortfalls: {n} draws of {numbers} assumed numbers, over the demand as it is described.",
            n=words.numbers.count(n),
            numbers=int(said.get("numbers_drawn") or 0),
        )
    elif n:
        yield t(
            "Probabilities and shortfalls: {n} draws of {numbers} assumed numbers, over {demands} simulated demands.",
            n=words.numbers.count(n),
            numbers=int(said.get("numbers_drawn") or 0),
            demands=int(said.get("demand_draws") or 0),
        )
    else:
        yield t("Nothing was drawn: how sure this is, it does not say.")


def _warnings(said: Mapping[str, Any], sets: "pd.DataFrame", words: Wording) -> Iterator[str]:
    t, n = words.t, int(said.get("draws") or 0)
    if said["siting"].get("is_illustrative"):
        yield t("Illustrative: the demand is assumed, not reported, and so are most ways and costs.")
    for _, row in sets[(sets["rank"] == 1) & (sets["draws_impossible"] > 0)].iterrows():
        yield t(
            "With {sites} to choose, the demand cannot be served in {impossible} of {n} draws.",
            impossible=int(row["draws_impossible"]),
            n=n,
            sites=int(row["sites"]),
        )


# -- tables ------------------------------------------------------------------------------------------------------------


def _unit(unit: str) -> str:
    return "CNY" if unit == A_YEAR else unit


def _sets(sets: "pd.DataFrame", names: Mapping[str, str], words: Wording, *, has_draws: bool) -> Table:
    t = words.t
    unit = str(sets["unit"].iloc[0]) if len(sets) else ""
    what = {"d": t("days of a parcel"), "share": t("share of the demand covered")}.get(unit, t("cost a year"))
    columns = [
        Column("sites", t("sites"), "number"),
        Column("set", t("where")),
        Column("value", what, "number", _unit(unit)),
        Column("gap_to_first", t("behind the best"), "number", _unit(unit)),
    ]
    if has_draws:
        columns += [
            Column("p_best", t("probability that it is best"), "number", "share"),
            Column("expected_regret", t("expected shortfall against the best"), "number", _unit(unit)),
        ]
    rows: list[list[Cell]] = [
        [
            int(row["sites"]),
            _set(row["set"], names, words),
            *(number(row[column.name]) for column in columns[2:]),
        ]
        for _, row in sets.head(MOST_SETS).iterrows()
    ]
    return Table("sets", t("The best sets"), columns, rows)


def _candidates(candidates: "pd.DataFrame", names: Mapping[str, str], words: Wording) -> Table:
    """How often each candidate is chosen, a column for each number of sites."""
    t = words.t
    sizes = list(dict.fromkeys(int(size) for size in candidates["sites"]))
    columns = [Column("candidate", t("candidate"))]
    columns += [Column(f"p-{n}", t("chosen of {n}", n=n), "number", "share") for n in sizes]
    by = {(str(row["candidate"]), int(row["sites"])): row for _, row in candidates.iterrows()}
    rows: list[list[Cell]] = [
        [names.get(name, name), *(_chosen(by.get((name, n))) for n in sizes)]
        for name in dict.fromkeys(map(str, candidates["candidate"]))
    ]
    return Table("candidates", t("Share of draws in which a candidate is chosen, by how many sites"), columns, rows)


def _chosen(row: Any) -> float | None:
    """Share of draws; without draws whether it is in the best set."""
    if row is None:
        return None
    share = number(row["p_chosen"])
    return share if share is not None else float(row["is_chosen"] == "yes")


def _check(check: "pd.DataFrame", names: Mapping[str, str], words: Wording) -> Table:
    t = words.t
    unit = str(check["unit"].iloc[0]) if len(check) else ""
    columns = [
        Column("set", t("where")),
        Column("promised", t("promised"), "number", _unit(unit)),
        Column("placed", t("parcels gained"), "interval", "parcels"),
        Column("mean_days", t("days saved, mean"), "interval", "d"),
        Column("net_benefit_cny", t("net benefit"), "interval", "CNY"),
        Column("why_not", t("why not simulated")),
    ]
    rows: list[list[Cell]] = [
        [
            _set(row["set"], names, words),
            number(row["promised"]),
            _around(row, "placed", 1.0),
            _around(row, "mean_days", -1.0),
            _around(row, "net_benefit_cny", 1.0),
            str(row["why_not"] or ""),
        ]
        for _, row in check.iterrows()
    ]
    return Table("check", t("The shortlist: promised, and simulated against the base"), columns, rows)


def _around(row: "pd.Series", name: str, sign: float) -> tuple[float | None, float | None, float | None]:
    """A difference with half its width on either side."""
    value, half = sign * float(row[name]), float(row[f"{name}_half_width"])
    return number(value), number(value - half), number(value + half)
