"""Sweeps, rankings and sitings on the page: sentences, tables and pictures, from folders that commands write."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from sim.experiments.ranking.tables import INFORMATION, PORTFOLIOS, RANKING
from sim.indicators.declared import Column
from sim.page.tabled import MOST_ROWS, Table, number
from sim.page.tabled import Column as Shown
from sim.tables import PROGRAM

PICTURE = b"\x89PNG\r\n\x1a\n"
SHARE = "customs.ural-customs.examination.share"


def frame(declared: tuple[Column, ...], rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A table of all declared columns; what a row does not say is empty."""
    empty = {column.name: "" if column.kind == "text" else 0 for column in declared}
    return pd.DataFrame([empty | row for row in rows], columns=list(empty))


def write(folder: Path, said: dict[str, Any], tables: dict[str, pd.DataFrame], name: str = "manifest.json") -> Path:
    folder.mkdir(parents=True)
    for table, content in tables.items():
        content.to_parquet(folder / f"{table}.parquet")
        content.to_csv(folder / f"{table}.csv", index=False)
    (folder / name).write_text(json.dumps({"program": PROGRAM} | said), "utf-8")
    return folder


@pytest.fixture
def sweep(results: Path) -> Path:
    """A base and two plans, one of them with two shares examined."""
    points = []
    for point, (plan, share, placed, days) in enumerate(
        [("none", 0.02, 1000.0, 20.0), ("lines", 0.02, 1100.0, 18.0), ("lines+storm", 0.05, 900.0, 26.0)]
    ):
        for measure, mean in (("placed", placed), ("mean_days", days), ("departed", 1.0)):
            base = {"placed": 1000.0, "mean_days": 20.0, "departed": 1.0}[measure]
            own = {"mean": mean, "low_95": mean - 1, "high_95": mean + 1, "difference": mean - base}
            own |= {"difference_low_95": mean - base - 2, "difference_high_95": float("nan")}
            points.append({"point": point, "plans": plan, SHARE: share, "measure": measure, "unit": ""} | own)
    runs = pd.DataFrame(
        {"point": [0, 1, 2, 2], "replication": [0, 0, 0, 1], "status": ["done", "done", "done", "failed"]}
    )
    factors = [
        {"path": "plans", "column": "plans", "unit": "", "kind": "plans", "is": "lever"},
        {"path": SHARE, "column": SHARE, "unit": "", "kind": "number", "is": "uncertainty"},
    ]
    asked = {"sweep": "small", "title": "A small one", "base": "tiny.yaml", "seed": 1}
    return write(
        results / "runs" / "sweep-small",
        {"sweep": asked, "factors": factors},
        {"points": pd.DataFrame(points), "runs": runs},
        "sweep.json",
    )


@pytest.fixture
def ranking(results: Path) -> Path:
    """Three portfolios by one objective, and what knowing a number is worth."""
    of = {"objective": "days", "unit": "d", "rests_on": "ranked", "is_in_doubt": "no", "is_efficient": "yes"}
    best = {"gain": 1.5, "gain_low": 0.9, "gain_high": 2.0, "p_best": 0.9, "p_near_best": 0.95, "capital_cny": 2e6}
    rows = [
        of | best | {"rank": 1, "portfolio": "lines+lines-twice", "is_in_doubt": "yes", "replications": 16},
        of | {"rank": 2, "portfolio": "lines", "gain": 1.0, "gain_low": float("nan"), "gain_high": float("nan")},
        of | {"rank": 0, "portfolio": "storm", "gain": -1.0},
    ]
    portfolios = [
        {"portfolio": "nothing", "state": "ranked", "is_pareto": "no"},
        {"portfolio": "lines+lines-twice", "state": "ranked", "is_pareto": "yes", "p_overrun": 0.2, "replications": 16},
        {"portfolio": "storm", "state": "failed", "why": "it cannot run", "is_pareto": "no"},
    ]
    worth = [
        {"objective": "days", "number": "everything", "unit": "d", "worth": 0.4, "share_of_everything": 1.0},
        {"objective": "days", "number": "interventions.lines.capital", "unit": "d", "worth": 0.1},
    ]
    asked = {"ranking": "small", "title": "What to build", "base": "tiny.yaml", "budget": 5e6}
    folder = write(
        results / "runs" / "rank-small",
        {"ranking": asked, "draws": 8},
        {"ranking": frame(RANKING, rows), "portfolios": frame(PORTFOLIOS, portfolios),
         "information": frame(INFORMATION, worth)},
    )  # fmt: skip
    (folder / "ranking.json").write_text("{}")
    (folder / "frontier.png").write_bytes(PICTURE)
    return folder


@pytest.fixture
def siting(results: Path) -> Path:
    """One or two sites of three, checked in the model."""
    sets = pd.DataFrame(
        {"sites": [1, 1, 2], "rank": [1, 2, 1], "set": ["moscow", "kazan", "kazan+moscow"], "value": [5.0, 6.0, 4.0],
         "gap_to_first": [0.0, 1.0, 0.0], "p_best": [0.7, 0.3, 0.9], "expected_regret": [0.1, None, 0.0],
         "relative_regret": [0.01, None, 0.0], "draws_impossible": [3, 3, 0], "unit": ["d"] * 3}
    )  # fmt: skip
    candidates = pd.DataFrame(
        {"sites": [1, 1, 2, 2], "candidate": ["moscow", "kazan"] * 2, "is_chosen": ["yes", "no", "yes", "yes"],
         "p_chosen": [0.7, 0.3, 1.0, 0.9]}
    )  # fmt: skip
    numbers = {name: [10.0] for name in ("placed", "mean_days", "net_benefit_cny")}
    halves = {f"{name}_half_width": [2.0] for name in numbers}
    check = pd.DataFrame({"set": ["kazan"], "promised": [6.0], "why_not": [""], "unit": ["d"], **numbers, **halves})
    pairs = pd.DataFrame({"order": ["kept", "kept", "turned"]})
    asked = {
        "siting": "small", "title": "Where", "base": "tiny.yaml", "is_illustrative": True,
        "candidates": {"moscow": {"name": {"en": "Moscow", "zh": "莫斯科"}}, "kazan": {"name": {"en": "Kazan"}}},
    }  # fmt: skip
    folder = write(
        results / "site-small",
        {"siting": asked, "draws": 200, "demand_draws": 8, "numbers_drawn": 4},
        {"sets": sets, "candidates": candidates, "check": check, "pairs": pairs},
    )
    (folder / "run.json").write_text(json.dumps({"finished_at": "2026-01-02T00:00:00+00:00"}))
    (folder / "map.png").write_bytes(PICTURE)
    return folder


def told(client: TestClient, name: str, lang: str = "en") -> dict[str, Any]:
    answer = client.get(f"/api/results/{name}", params={"lang": lang})
    assert answer.status_code == 200, answer.text
    found = dict(answer.json())
    for table in found["tables"]:
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
        assert {column["kind"] for column in table["columns"]} <= {"text", "number", "interval", "flag"}
    assert (found["plans"], found["months"], found["map"], found["queues"], found["days"]) == (
        [],
        None,
        None,
        None,
        None,
    )
    return found


@pytest.mark.usefixtures("sweep", "ranking", "siting")
def test_all_three_are_listed_with_their_kind_and_corridor(client: TestClient) -> None:
    found = {one["id"]: (one["kind"], one["title"], one["corridor"]) for one in client.get("/api/results").json()}
    assert found == {
        "sweep-small": ("sweep", "A small one", "tiny"),
        "rank-small": ("rank", "What to build", "tiny"),
        "site-small": ("site", "Where", "tiny"),
    }


@pytest.mark.usefixtures("sweep")
def test_sweep_says_which_plan_is_best_on_average_and_shows_every_point(client: TestClient) -> None:
    found = told(client, "sweep-small")
    assert found["answer"][0] == (
        "Parcels ordered, over all points: best with More lines, 1,100; worst with More lines + A storm, 900."
    )
    assert found["warnings"] == ["Runs that failed: 1; their points are means of the others."]
    by_plan, points = found["tables"]
    assert [row[:3] for row in by_plan["rows"]] == [
        ["doing nothing", 1, 1000],
        ["More lines", 1, 1100],
        ["More lines + A storm", 1, 900],
    ]
    assert [column["label"] for column in points["columns"]][:3] == [
        "point",
        "plan",
        "share examined at Ural customs: examination",
    ]
    base, lines, _ = points["rows"]
    assert base[3:5] == [[1000, 999, 1001], None]
    assert lines == [1, "More lines", 0.02, [1100, 1099, 1101], [100, 98, None], [18, 17, 19], [-2, -4, None]]


@pytest.mark.usefixtures("ranking")
def test_ranking_says_what_to_build_and_how_sure_that_is(client: TestClient) -> None:
    found = told(client, "rank-small")
    assert found["answer"] == [
        'By days from door to door, of 2 portfolios "More lines + Lines again" is the one to take: '
        "better than doing nothing by 1.5 days (0.9 to 2.0), for CNY 2.00 million of capital.",
        "It is the best with a probability of 90\u00a0%, and within 5 % of the best with 95\u00a0%.",
        "Its capital overruns the budget in 20\u00a0% of the draws.",
        "By all objectives at once none is better than: More lines + Lines again.",
    ]
    assert found["warnings"] == [
        "8 draws of what is not known: of fewer than 40 the intervals are too narrow.",
        "A storm failed: it cannot run",
    ]
    standing, information = found["tables"]
    assert [row[:3] for row in standing["rows"]] == [
        [1, "More lines + Lines again", [1.5, 0.9, 2]], [2, "More lines", [1, None, None]],
    ]  # fmt: skip
    assert standing["rows"][0][-2:] == [True, True]
    assert [row[0] for row in information["rows"]] == ["everything", "capital of More lines"]


def test_ranking_in_which_doing_nothing_is_best_says_so(client: TestClient, ranking: Path) -> None:
    table = pd.read_parquet(ranking / "ranking.parquet").replace({"portfolio": {"lines+lines-twice": "nothing"}})
    table.to_parquet(ranking / "ranking.parquet")
    manifest = ranking / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"draws": 8', '"draws": 0'), "utf-8")
    found = told(client, "rank-small")
    assert found["answer"][0] == "By days from door to door, none of 2 portfolios is better than doing nothing."
    assert found["tables"][0]["rows"][0][1] == "doing nothing"
    assert "Nothing was drawn: intervals (95 %) are of the error of the runs alone." in found["notes"]
    assert found["warnings"] == ["A storm failed: it cannot run"]


@pytest.mark.usefixtures("siting")
def test_siting_says_where_and_whether_the_model_agrees(client: TestClient) -> None:
    found = told(client, "site-small")
    assert found["answer"] == [
        "One site: Moscow, 5.0 days. Best with a probability of 70\u00a0%.",
        "2 sites: Kazan and Moscow, 4.0 days. Best with a probability of 90\u00a0%.",
        "Simulated in the model, of 3 pairs of sets 2 kept their order, 1 turned it, and 0 are not told apart.",
    ]
    assert found["warnings"][1] == "With 1 to choose, the demand cannot be served in 3 of 200 draws."
    sets, candidates, check = found["tables"]
    assert sets["rows"][1] == [1, "Kazan", 6, 1, 0.3, None]
    assert candidates["rows"] == [["Moscow", 0.7, 1], ["Kazan", 0.3, 0.9]]
    assert check["rows"] == [["Kazan", 6, [10, 8, 12], [-10, -12, -8], [10, 8, 12], ""]]
    assert told(client, "site-small", "zh")["answer"][0].startswith("一处：莫斯科，")


@pytest.mark.usefixtures("sweep", "ranking", "siting")
@pytest.mark.parametrize("name", ["sweep-small", "rank-small", "site-small"])
def test_nothing_is_left_in_english_for_a_chinese_reader(client: TestClient, name: str) -> None:
    english, chinese = told(client, name), told(client, name, "zh")
    for one, other in zip(english["tables"], chinese["tables"], strict=True):
        assert one["title"] != other["title"]
        assert not {column["label"] for column in one["columns"]} & {column["label"] for column in other["columns"]}
    assert not set(english["answer"] + english["notes"]) & set(chinese["answer"] + chinese["notes"])


def test_pictures_are_served_from_their_folder_only(client: TestClient, ranking: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    (ranking / "linked.png").symlink_to(tmp_path / "secret.png")
    (picture,) = told(client, "rank-small")["pictures"]
    assert (picture["name"], picture["title"]) == ("frontier", "Capital against gain")
    answer = client.get(picture["address"])
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, "image/png")
    for wrong in ("linked.png", "none.png", "frontier", "..%2f..%2fsecret.png", "ranking.json"):
        assert client.get(f"/api/results/rank-small/pictures/{wrong}").status_code == 404


def test_tables_are_taken_along_as_they_lie_there(client: TestClient, ranking: Path, tmp_path: Path) -> None:
    (ranking / "linked.csv").symlink_to(tmp_path / "secret.csv")
    names = client.get("/api/results/rank-small/download").json()
    assert names == ["information.csv", "manifest.json", "portfolios.csv", "ranking.csv", "ranking.json"]
    answer = client.get("/api/results/rank-small/download/ranking.csv")
    assert answer.content == (ranking / "ranking.csv").read_bytes()
    assert answer.headers["content-disposition"] == 'attachment; filename="rank-small-ranking.csv"'
    for wrong in ("report.html", "linked.csv", "ranking.parquet"):
        assert client.get(f"/api/results/rank-small/download/{wrong}").status_code == 404


@pytest.mark.parametrize("lacking", ["portfolios.parquet", "information.parquet"])
def test_ranking_that_lacks_a_table_cannot_be_read_and_hides_no_other(
    client: TestClient, ranking: Path, siting: Path, lacking: str
) -> None:
    (ranking / lacking).unlink()
    assert client.get("/api/results/rank-small").status_code == 422
    assert client.get(f"/api/results/{siting.name}").status_code == 200


def test_of_very_many_rows_the_first_are_shown_and_the_others_counted() -> None:
    found = Table("long", "Long", [Shown("n", "n", "number")], [[i] for i in range(MOST_ROWS + 7)]).record()
    assert (len(found["rows"]), found["n_more"]) == (MOST_ROWS, 7)


@pytest.mark.parametrize(
    ("value", "shown"), [(1 / 3, 0.333333), (float("nan"), None), ("x", None), (None, None), (7, 7)]
)
def test_number_is_what_json_can_hold(value: Any, shown: float | None) -> None:
    assert number(value) == shown
