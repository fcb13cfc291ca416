"""Sweeps, rankings and sitings that lack something, or are of other units: what the page says of them then."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.experiments.ranking.tables import INFORMATION, PORTFOLIOS, RANKING
from sim.indicators.declared import Column
from sim.page import rankings, sitings, sweeps
from sim.page.app import Parts
from sim.page.tabled import Told
from sim.page.wording import Wording

NAN = float("nan")
SHARE = "market.share"


@pytest.fixture
def words(parts: Parts) -> Wording:
    """English for what is in the small library."""
    parts.library.refresh()
    return Wording(parts.library, "tiny.yaml", None, "en")


def plain(told: Told) -> list[str]:
    """Its answer with spaces that may break."""
    return [line.replace("\u00a0", " ") for line in told.answer]


def written(folder: Path, **tables: pd.DataFrame) -> Path:
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")
    return folder


# -- sweeps ------------------------------------------------------------------------------------------------------------


def sweep(
    folder: Path, words: Wording, measures: dict[str, list[float]], of: str = "lever", values: Any = (0.1, 0.2, 0.3)
) -> Told:
    """A sweep of one factor, with the means of its points by measure; no run failed."""
    rows = []
    for name, means in measures.items():
        for point, (value, mean) in enumerate(zip(values, means, strict=True)):
            rows.append({"point": point, SHARE: value, "measure": name, "mean": mean})
            rows[-1] |= dict.fromkeys((*sweeps.OWN[1:], *sweeps.DIFFERENCE), 0.0)
    kind = "number" if isinstance(values[0], float) else "text"
    factors = [{"path": SHARE, "column": SHARE, "unit": "", "kind": kind, "is": of}]
    runs = pd.DataFrame({"point": [0, 1, 2], "replication": 0, "status": "done"})
    written(folder, points=pd.DataFrame(rows), runs=runs)
    return sweeps.told(folder, {"sweep": {"sweep": "small"}, "factors": factors}, words)


def test_sweep_without_levers_names_its_best_point_by_each_measure(tmp_path: Path, words: Wording) -> None:
    found = sweep(tmp_path, words, {"placed": [10, 30, 20], "mean_days": [9, 5, 4]}, "uncertainty")
    assert plain(found) == [
        "Parcels ordered: best at point 1, 30.0.",
        "Days from door to door, mean: best at point 2, 4.0 days.",
        "3 points in 1 replications of each: 3 runs.",
    ]
    assert [table.name for table in found.tables] == ["points"]
    assert (found.heading, found.warnings) == ("small", [])


def test_sweep_says_nothing_of_a_best_point_where_no_point_has_a_value(tmp_path: Path, words: Wording) -> None:
    found = sweep(tmp_path, words, {"placed": [NAN, NAN, NAN], "mean_days": [9, NAN, 8]}, "uncertainty")
    assert plain(found)[:-1] == ["Days from door to door, mean: best at point 2, 8.0 days."]
    assert [row[2] for row in found.tables[0].rows] == [(None, 0, 0)] * 3


def test_sweep_names_no_best_value_where_only_one_value_came_to_something(tmp_path: Path, words: Wording) -> None:
    found = sweep(tmp_path, words, {"placed": [NAN, 30, NAN], "mean_days": [9, 8, 7]})
    said = plain(found)
    assert not any(line.startswith("Parcels ordered") for line in said)
    assert said[0].startswith("Days from door to door, mean, over all points: best with")


def test_sweep_tells_shares_in_percent_and_money_in_yuan(tmp_path: Path, words: Wording) -> None:
    means: dict[str, list[float]] = {"share_within_promise": [0.25, 0.5, 0.75], "operators_result_cny": [3e6, 2e6, 1e6]}
    first, second, _ = plain(sweep(tmp_path, words, means))
    assert first.startswith("Within the promise, over all points")
    assert "0.3, 75 %; worst with 0.1, 25 %." in first
    assert second.startswith("Operators' result, over all points")
    assert "0.1, CNY 3.00 million; worst with 0.3, CNY 1.00 million." in second


def test_sweep_shows_a_value_that_is_a_word_as_it_stands(tmp_path: Path, words: Wording) -> None:
    found = sweep(tmp_path, words, {"placed": [10, 30, 20]}, values=("post", "express", "both"))
    assert "best with market.share express, 30.0; worst with post, 10.0." in plain(found)[0]
    by_value, points = found.tables
    assert [row[0] for row in by_value.rows] == ["post", "express", "both"]
    assert [row[1] for row in points.rows] == ["post", "express", "both"]


# -- rankings ----------------------------------------------------------------------------------------------------------


def frame(declared: tuple[Column, ...], rows: list[dict[str, Any]]) -> pd.DataFrame:
    empty = {column.name: "" if column.kind == "text" else 0 for column in declared}
    return pd.DataFrame([empty | row for row in rows], columns=list(empty))


def ranking(
    folder: Path, words: Wording, *, unit: str = "CNY", rank: int = 1, overrun: float = 0.0, pareto: str = "no"
) -> Told:
    """A ranking of one portfolio; nothing is known of what knowing more is worth."""
    first = {"objective": "net-benefit", "unit": unit, "rank": rank, "portfolio": "lines", "gain": 1500.0}
    first |= {"gain_low": 1000.0, "gain_high": 2000.0, "p_best": 0.6, "p_near_best": 0.7, "capital_cny": 2e6}
    portfolios = [{"portfolio": "nothing", "is_pareto": "no"}, {"portfolio": "lines", "is_pareto": pareto}]
    portfolios[1]["p_overrun"] = overrun  # type: ignore[assignment]
    written(
        folder,
        ranking=frame(RANKING, [first]),
        portfolios=frame(PORTFOLIOS, portfolios),
        information=frame(INFORMATION, []),
    )
    return rankings.told(folder, {"ranking": {"ranking": "small", "budget": 3e6}, "draws": 100}, words)


def test_ranking_that_did_not_look_at_the_worth_of_knowing_shows_the_standing_alone(
    tmp_path: Path, words: Wording
) -> None:
    found = ranking(tmp_path, words)
    assert [table.name for table in found.tables] == ["standing-net-benefit"]
    assert found.warnings == []
    assert "In brackets: 95 % intervals over what is not known." in found.notes


def test_ranking_within_its_budget_says_nothing_of_an_overrun_or_of_a_front_that_there_is_not(
    tmp_path: Path, words: Wording
) -> None:
    said = plain(ranking(tmp_path, words))
    assert len(said) == 2
    assert said[1] == "It is the best with a probability of 60 %, and within 5 % of the best with 70 %."
    more = plain(ranking(tmp_path, words, overrun=0.1, pareto="yes"))
    assert more[2:] == [
        "Its capital overruns the budget in 10 % of the draws.",
        "By all objectives at once none is better than: More lines.",
    ]


def test_ranking_in_which_no_portfolio_has_a_place_takes_none(tmp_path: Path, words: Wording) -> None:
    found = ranking(tmp_path, words, rank=0, pareto="yes")
    assert plain(found) == ["By all objectives at once none is better than: More lines."]
    assert found.tables[0].rows == []
    assert found.tables[0].columns[2].unit == ""


@pytest.mark.parametrize(
    ("unit", "gain"),
    [
        ("CNY", "better than doing nothing by CNY 1,500 (1,000 to 2,000), for"),
        ("ratio", "better than doing nothing by 1,500 (1,000 to 2,000), for"),
        ("kg CO2e", "better than doing nothing by 1,500 (1,000 to 2,000) kg CO2e, for"),
    ],
)
def test_gain_is_told_in_the_words_of_its_unit(tmp_path: Path, words: Wording, unit: str, gain: str) -> None:
    assert gain in plain(ranking(tmp_path, words, unit=unit))[0]


# -- sitings -----------------------------------------------------------------------------------------------------------


def siting(folder: Path, words: Wording, unit: str, pairs: list[str] | None = None, **said: Any) -> Told:
    """One best site, checked in the model only if the order of pairs is known."""
    sets = pd.DataFrame(
        {"sites": [1], "rank": [1], "set": ["moscow"], "value": [0.5], "gap_to_first": [0.0], "p_best": [NAN],
         "expected_regret": [NAN], "draws_impossible": [0], "unit": [unit]}
    )  # fmt: skip
    candidates = pd.DataFrame(
        {"sites": [1, 1, 2], "candidate": ["moscow", "kazan", "moscow"], "is_chosen": ["yes", "no", "yes"],
         "p_chosen": [NAN, NAN, NAN]}
    )  # fmt: skip
    written(folder, sets=sets, candidates=candidates)
    if pairs is not None:
        written(folder, pairs=pd.DataFrame({"order": pd.Series(pairs, dtype=object)}))
    named = {"moscow": {"name": {"en": "Moscow"}}, "kazan": {}}
    return sitings.told(folder, {"siting": {"siting": "small", "candidates": named}, **said}, words)


def with_check(folder: Path) -> Path:
    """A shortlist of one set that could not be simulated."""
    numbers = {name: [NAN] for name in ("placed", "mean_days", "net_benefit_cny")}
    halves = {f"{name}_half_width": [NAN] for name in numbers}
    table = pd.DataFrame({"set": ["kazan"], "promised": [0.4], "why_not": ["no gateway"], "unit": ["share"]})
    return written(folder, check=table.assign(**numbers, **halves))


@pytest.mark.parametrize(
    ("unit", "said", "column"),
    [
        ("share", "One site: Moscow, 50 % of the demand.", ("share of the demand covered", "share")),
        (sitings.A_YEAR, "One site: Moscow, CNY 0.500 a year.", ("cost a year", "CNY")),
        ("d", "One site: Moscow, 0.50 days.", ("days of a parcel", "d")),
    ],
)
def test_siting_is_told_in_what_its_objective_counts(
    tmp_path: Path, words: Wording, unit: str, said: str, column: tuple[str, str]
) -> None:
    found = siting(tmp_path, words, unit)
    assert plain(found) == [said]
    value = found.tables[0].columns[2]
    assert (value.label, value.unit) == column


def test_siting_without_draws_says_so_and_shows_which_candidates_are_in_the_best_set(
    tmp_path: Path, words: Wording
) -> None:
    found = siting(tmp_path, words, "d")
    assert found.notes == ["Nothing was drawn: how sure this is, it does not say."]
    assert found.warnings == []
    sets, candidates = found.tables
    assert [column.name for column in sets.columns] == ["sites", "set", "value", "gap_to_first"]
    assert candidates.rows == [["Moscow", 1, 1], ["kazan", 0, None]]


def test_siting_with_draws_over_the_demand_as_described_says_what_was_drawn(tmp_path: Path, words: Wording) -> None:
    found = siting(tmp_path, words, "d", draws=200, numbers_drawn=4)
    assert found.notes == [
        "Probabilities and shortfalls: 200 draws of 4 assumed numbers, over the demand as it is described."
    ]
    assert plain(found) == ["One site: Moscow, 0.50 days."]
    assert [column.name for column in found.tables[0].columns][4:] == ["p_best", "expected_regret"]


@pytest.mark.parametrize("pairs", [None, []])
def test_siting_checked_without_pairs_gives_no_verdict(tmp_path: Path, words: Wording, pairs: list[str] | None) -> None:
    found = siting(with_check(tmp_path), words, "share", pairs)
    assert len(found.answer) == 1
    assert found.tables[2].rows == [["kazan", 0.4, *[(None, None, None)] * 3, "no gateway"]]


def test_siting_checked_with_pairs_says_how_many_kept_their_order(tmp_path: Path, words: Wording) -> None:
    found = siting(with_check(tmp_path), words, "share", ["not told apart", "kept", "not told apart"])
    assert plain(found)[1] == (
        "Simulated in the model, of 3 pairs of sets 1 kept their order, 0 turned it, and 2 are not told apart."
    )
