"""A ranking as the page shows it: which portfolio to build by each objective, how sure that is, and what it hangs on."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.language import marked
from sim.page.tabled import Cell, Column, Table, Told, interval, number, table_in
from sim.page.wording import NOTHING, Wording
from sim.report.answer import ENOUGH_DRAWS
from sim.report.figures_of_plans import OBJECTIVES

if TYPE_CHECKING:
    import pandas as pd

NAMES = {**OBJECTIVES, "benefit-cost": marked("benefit / cost")}
MOST_RANKED, MOST_NUMBERS = 15, 15
FILE = "ranking.json"
UNITS = {"ratio": "", "kg": "kg", "kg CO2e": "kg"}


def told(folder: Path, said: Mapping[str, Any], words: Wording) -> Told:
    """Of a folder of `sim rank`, with what its manifest says."""
    t, asked = words.t, said["ranking"]
    ranking, portfolios = table_in(folder, "ranking"), table_in(folder, "portfolios")
    information = table_in(folder, "information")
    objectives = list(dict.fromkeys(ranking["objective"]))
    tables = [_standing(ranking, objective, words) for objective in objectives]
    if len(information):
        tables += [_information(information, objective, words) for objective in objectives]
    answer = [
        *(line for objective in objectives for line in _answer(ranking, portfolios, objective, asked, words)),
        *_pareto(portfolios, words),
    ]
    return Told(
        heading=t(str(asked.get("title") or asked["ranking"])),
        answer=answer,
        tables=tables,
        notes=list(_notes(portfolios, said, words)),
        warnings=[*_few_draws(said, words), *_failed(portfolios, words)],
        manifest={"replications": asked.get("replications"), "parcels_per_row": asked.get("parcels_per_row")}
        | {"versions": said.get("versions", {}), "scenario_files": dict(said.get("scenario_files", {}))},
    )


def _answer(
    ranking: "pd.DataFrame", portfolios: "pd.DataFrame", objective: str, asked: Mapping[str, Any], words: Wording
) -> Iterator[str]:
    t, n = words.t, words.numbers
    own = ranking[(ranking["objective"] == objective) & (ranking["rank"] == 1)]
    if own.empty:
        return
    first = own.iloc[0]
    if str(first["portfolio"]) in NOTHING:
        by, k = t(NAMES.get(objective, objective)), n.count(len(portfolios) - 1)
        yield t("By {objective}, none of {n} portfolios is better than doing nothing.", objective=by, n=k)
        return
    yield t(
        'By {objective}, of {n} portfolios "{portfolio}" is the one to take: better than doing nothing by {gain}, for {capital} of capital.',
        objective=t(NAMES.get(objective, objective)),
        n=n.count(len(portfolios) - 1),
        portfolio=words.plan(str(first["portfolio"])),
        gain=_gain(first, words),
        capital=n.money(float(first["capital_cny"])),
    )
    yield t(
        "It is the best with a probability of {best}, and within 5 % of the best with {near}.",
        best=n.probability(float(first["p_best"])),
        near=n.probability(float(first["p_near_best"])),
    )
    overrun = portfolios.loc[portfolios["portfolio"] == first["portfolio"], "p_overrun"]
    if asked.get("budget") is not None and len(overrun) and float(overrun.iloc[0]) > 0:
        share = n.percent(float(overrun.iloc[0]))
        yield t("Its capital overruns the budget in {share} of the draws.", share=share)


def _gain(row: "pd.Series", words: Wording) -> str:
    """A gain with its interval, in the words of its unit."""
    n, ends = words.numbers, (float(row["gain"]), float(row["gain_low"]), float(row["gain_high"]))
    unit = str(row["unit"])
    if unit == "d":
        return n.days(*ends)
    if unit == "CNY":
        return n.money(*ends)
    return f"{n.with_interval(*ends)} {words.t(unit) if unit != 'ratio' else ''}".strip()


def _pareto(portfolios: "pd.DataFrame", words: Wording) -> Iterator[str]:
    best = [words.plan(str(name)) for name in portfolios.loc[portfolios["is_pareto"] == "yes", "portfolio"]]
    if best:
        yield words.t("By all objectives at once none is better than: {portfolios}.", portfolios="; ".join(best))


def _notes(portfolios: "pd.DataFrame", said: Mapping[str, Any], words: Wording) -> Iterator[str]:
    t = words.t
    spent = int(portfolios["replications"].sum())
    yield t("{n} replications were spent on those that were ranked.", n=words.numbers.count(spent))
    yield t("Gains are against doing nothing, over the simulated time.")
    if said.get("draws") == 0:
        yield t("Nothing was drawn: intervals (95 %) are of the error of the runs alone.")
    else:
        yield t("In brackets: 95 % intervals over what is not known.")
    yield t("A portfolio that is not ruled out may still be the one to take.")


def _few_draws(said: Mapping[str, Any], words: Wording) -> Iterator[str]:
    draws = said.get("draws")
    if isinstance(draws, int) and 0 < draws < ENOUGH_DRAWS:
        yield words.t(
            "{draws} draws of what is not known: of fewer than {enough} the intervals are too narrow.",
            draws=draws,
            enough=ENOUGH_DRAWS,
        )


def _failed(portfolios: "pd.DataFrame", words: Wording) -> Iterator[str]:
    for _, row in portfolios[portfolios["state"] == "failed"].iterrows():
        yield words.t("{portfolio} failed: {why}", portfolio=words.plan(str(row["portfolio"])), why=str(row["why"]))


# -- tables ------------------------------------------------------------------------------------------------------------


def _standing(ranking: "pd.DataFrame", objective: str, words: Wording) -> Table:
    t = words.t
    own = ranking[(ranking["objective"] == objective) & (ranking["rank"] > 0)].sort_values("rank")
    unit = str(own["unit"].iloc[0]) if len(own) else ""
    unit = UNITS.get(unit, unit)
    columns = [
        Column("rank", t("rank"), "number"),
        Column("portfolio", t("portfolio")),
        Column("gain", t("gain"), "interval", unit),
        Column("p_best", t("probability that it is best"), "number", "share"),
        Column("p_near_best", t("within 5 % of the best"), "number", "share"),
        Column("expected_regret", t("expected shortfall against the best"), "number", unit),
        Column("capital_cny", t("capital"), "number", "CNY"),
        Column("replications", t("replications"), "number"),
        Column("is_in_doubt", t("not ruled out"), "flag"),
        Column("is_efficient", t("none brings as much for less"), "flag"),
    ]
    rows: list[list[Cell]] = [
        [
            int(row["rank"]),
            words.plan(str(row["portfolio"])),
            interval(row, "gain", "gain_low", "gain_high"),
            *(number(row[name]) for name in ("p_best", "p_near_best", "expected_regret", "capital_cny")),
            int(row["replications"]),
            row["is_in_doubt"] == "yes",
            row["is_efficient"] == "yes",
        ]
        for _, row in own.head(MOST_RANKED).iterrows()
    ]
    title = t("Portfolios by {objective}", objective=t(NAMES.get(objective, objective)))
    return Table(f"standing-{objective}", title, columns, rows)


def _information(information: "pd.DataFrame", objective: str, words: Wording) -> Table:
    t = words.t
    own = information[information["objective"] == objective].head(MOST_NUMBERS)
    unit = str(own["unit"].iloc[0]) if len(own) else ""
    columns = [
        Column("number", t("what is not known")),
        Column("worth", t("worth of knowing it before choosing"), "number", UNITS.get(unit, unit)),
        Column("share", t("share of knowing everything"), "number", "share"),
    ]
    rows: list[list[Cell]] = [
        [
            t("everything") if row["number"] == "everything" else words.number(str(row["number"])),
            number(row["worth"]),
            number(row["share_of_everything"]),
        ]
        for _, row in own.iterrows()
    ]
    title = t("What knowing a number is worth, by {objective}", objective=t(NAMES.get(objective, objective)))
    return Table(f"information-{objective}", title, columns, rows)
