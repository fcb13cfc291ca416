"""What the page shows of results: of comparisons and runs, from folders that commands wrote, in both languages."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from page.asking import until
from starlette.testclient import TestClient

import sim
from sim.experiments.comparing.saving import save_comparison
from sim.experiments.manifest import save
from sim.page import content, downloads
from sim.report.evidence import Report
from sim.scenario.interventions.intervention import Intervention

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
EVIL = "<script>alert('x')</script>"
LARGEST = 400_000


def proposal(slug: str, n: int, **more: Any) -> Intervention:
    measures = {"lines": {"kind": "expand_station", "queues": ["stations.sorting"], "servers": n}}
    said = {"intervention": slug, "name": {"en": f"{n} more {EVIL}"}, "proposes": EVIL, "at": "2016-05-10"}
    return Intervention.model_validate(said | {"measures": measures, "capital": 1e6} | more)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of a comparison and of a run, made once."""
    folder = tmp_path_factory.mktemp("made")
    base = sim.load(TINY)
    plans = [proposal("few", 1), proposal("many", 3)]
    save_comparison(sim.compare(base, plans, replications=2, parcels_per_row=5), folder / "compare-tiny")
    scenario = base.model_copy(update={"title": f"Tiny {EVIL}", "replications": 2, "parcels_per_row": 5})
    save(sim.run(scenario), folder / "tiny-run", [TINY])
    return folder


@pytest.fixture
def shown(client: TestClient, made: Path, results: Path) -> TestClient:
    """A server whose folder holds both."""
    shutil.copytree(made, results / "runs", dirs_exist_ok=True)
    return client


def told(client: TestClient, name: str, lang: str = "en") -> dict[str, Any]:
    answer = client.get(f"/api/results/{name}", params={"lang": lang})
    assert answer.status_code == 200, answer.text
    assert len(answer.content) < LARGEST
    return dict(answer.json())


def test_results_of_commands_are_listed_the_latest_first(shown: TestClient) -> None:
    found = shown.get("/api/results").json()
    assert [(one["id"], one["kind"], one["corridor"]) for one in found] == [
        ("tiny-run", "run", "tiny"), ("compare-tiny", "compare", "tiny"),
    ]  # fmt: skip
    assert [one["title"] for one in found] == [f"Tiny {EVIL}", f"1 more {EVIL}, 3 more {EVIL}"]
    assert all(one["finished_at"] and not one["is_incomplete"] for one in found)


def test_comparison_has_an_answer_and_figures_with_both_intervals(shown: TestClient) -> None:
    found = told(shown, "compare-tiny")
    assert found["answer"][0]
    base, few, many = found["plans"]
    assert (base["is_baseline"], base["title"], base["figures"]) == (True, "baseline", {})
    assert [one["name"] for one in found["plans"]] == ["tiny", "few", "many"]
    assert sum(one["p_best"] for one in found["plans"]) == pytest.approx(1, abs=1e-5)
    days = many["figures"]["days"]
    assert days["unit"] == "d"
    assert days["luck"][0] <= days["value"] <= days["luck"][1]
    assert days["credible"] == [None, None]
    assert few["figures"]["capital"]["value"] == 1e6
    assert found["objective"] == {"name": "parcels", "label": "parcels gained"}


def test_texts_of_a_result_are_in_the_language_asked_for(shown: TestClient) -> None:
    english, chinese = told(shown, "compare-tiny"), told(shown, "compare-tiny", "zh")
    assert chinese["plans"][0]["title"] == "基准方案"
    assert english["answer"] != chinese["answer"]
    assert english["plans"][1]["figures"]["days"]["value"] == chinese["plans"][1]["figures"]["days"]["value"]


def test_months_map_and_queues_are_of_all_plans_and_agree(shown: TestClient) -> None:
    found = told(shown, "compare-tiny")
    months = found["months"]["months"]
    assert months == ["2016-05", "2016-06"]
    for plan in ("tiny", "few", "many"):
        of_plan = found["months"]["plans"][plan]
        by_route = sum(route["placed"][0] for route in of_plan["routes"])
        assert of_plan["placed"][0] == pytest.approx(by_route, rel=1e-3)
        flow = found["map"]["plans"][plan]["flows"]["flight"]
        assert len(flow["tonnes"]) == len(months)
        assert flow["tonnes"][0] > 0
        waits = found["queues"]["plans"][plan]
        assert waits["sorting"]["wait_days"][0] >= 0
        at_harbin = found["map"]["plans"][plan]["queues"]["harbin"]["wait_days"][0]
        assert at_harbin >= waits["sorting"]["wait_days"][0] * 0.999
    assert {node["id"] for node in found["map"]["nodes"]} == {"harbin", "yekaterinburg"}
    assert found["map"]["lanes"] == [
        {"id": "flight", "from": "harbin", "to": "yekaterinburg", "mode": "air", "name": "Harbin–Yekaterinburg (air)"}
    ]
    assert next(queue for queue in found["queues"]["queues"] if queue["id"] == "sorting")["place"] == "harbin"


def test_more_lines_wait_less_at_the_sorting_office(shown: TestClient) -> None:
    plans = told(shown, "compare-tiny")["queues"]["plans"]
    assert plans["many"]["sorting"]["wait_days"][0] < plans["tiny"]["sorting"]["wait_days"][0]


def test_days_are_a_curve_for_each_plan(shown: TestClient) -> None:
    days = told(shown, "compare-tiny")["days"]
    curve = days["curves"]["many"]
    assert curve["share"] == sorted(curve["share"])
    assert 0.8 < curve["share"][-1] <= 1
    assert days["means"]["tiny"]["p50_days"] < days["means"]["tiny"]["p95_days"]


def test_run_is_shown_by_route(shown: TestClient) -> None:
    found = told(shown, "tiny-run")
    assert found["title"] == f"Tiny {EVIL}"
    assert set(found["days"]["means"]) == {"post", "express"}
    assert found["months"]["plans"]["tiny"]["placed"][0] > 0
    assert [one["is_baseline"] for one in found["plans"]] == [True]
    assert sorted(found["downloads"]) == ["manifest.json", "report.html"]


def test_numbers_that_are_not_there_are_null(shown: TestClient) -> None:
    text = shown.get("/api/results/compare-tiny").text
    assert "NaN" not in text
    assert "Infinity" not in text


def test_manifest_in_short_says_what_it_was_made_from(shown: TestClient) -> None:
    manifest = told(shown, "tiny-run")["manifest"]
    assert (manifest["seed"], manifest["replications"], manifest["scenario_files"].keys()) == (7, 2, {"tiny.yaml"})


def test_result_without_tables_of_the_network_says_so(shown: TestClient, results: Path) -> None:
    for name in ("flows", "stations", "lanes", "door_to_door"):
        (results / "runs" / "compare-tiny" / f"{name}.parquet").unlink()
    found = told(shown, "compare-tiny")
    assert (found["months"], found["map"], found["queues"]) == (None, None, None)
    assert "no tables of the network" in found["warnings"][-1]


def test_incomplete_result_says_so(shown: TestClient, results: Path) -> None:
    (results / "runs" / "compare-tiny").rename(results / "runs" / "compare-tiny-incomplete")
    found = told(shown, "compare-tiny-incomplete")
    assert found["is_incomplete"]
    assert found["warnings"][0].startswith("Stopped or broken off")


@pytest.mark.parametrize("damage", ["not json", "{}", '{"program": "parcel-corridors"}', '{"program": "another"}'])
def test_damaged_result_is_an_error_and_hides_no_other(shown: TestClient, results: Path, damage: str) -> None:
    (results / "runs" / "compare-tiny" / "manifest.json").write_text(damage)
    assert shown.get("/api/results/compare-tiny").status_code == 422
    assert "tiny-run" in [one["id"] for one in shown.get("/api/results").json()]
    assert shown.get("/api/results/tiny-run").status_code == 200


def test_torn_table_is_an_error(shown: TestClient, results: Path) -> None:
    (results / "runs" / "compare-tiny" / "plans.parquet").write_bytes(b"PAR1 torn")
    answer = shown.get("/api/results/compare-tiny")
    assert (answer.status_code, "error" in answer.json()) == (422, True)


def test_result_that_was_replaced_is_read_again(shown: TestClient, results: Path) -> None:
    before = told(shown, "compare-tiny")["manifest"]["sha256"]
    folder = results / "runs" / "compare-tiny"
    said = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(said | {"seed": 8}), "utf-8")
    found = told(shown, "compare-tiny")["manifest"]
    assert (found["seed"], found["sha256"] != before) == (8, True)


def test_warnings_of_a_comparison_are_told_in_words_of_the_language(shown: TestClient, results: Path) -> None:
    file = results / "runs" / "compare-tiny" / "manifest.json"
    said = json.loads(file.read_text("utf-8"))
    assert "unsettled" in [one["kind"] for one in said["warnings"]]
    noted = {"kind": "piles_up", "plans": ["tiny"], "places": {"sorting": 2, "flight": 1}, "said": "work piles up"}
    file.write_text(json.dumps(said | {"warnings": [noted]}), "utf-8")
    assert told(shown, "compare-tiny")["warnings"] == [
        "In the baseline work piles up without end at sorting and Harbin–Yekaterinburg (air) (in 1 of 2 replications): "
        "differences grow with the time simulated, and plans that relieve it look better the longer it is."
    ]
    assert told(shown, "compare-tiny", "zh")["warnings"][0].startswith("基准方案中，分拣和Harbin–Yekaterinburg（航空）")


def test_what_is_reported_stands_beside_what_each_plan_simulates(
    shown: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    flows = {"route": ("post",)}
    simulated = {"tiny": 900.0, "few": 950.0, "many": 1000.0}
    one = Report(
        "Parcels of May",
        "x.may",
        "a source",
        "parcels",
        1000.0,
        simulated,
        ("2016-05", "2016-06"),
        "flows",
        "shipped",
        flows,
        0.1,
    )
    monkeypatch.setattr(content, "reports", lambda _: [one])
    (found,) = told(shown, "compare-tiny")["months"]["reported"]
    assert (found["value"], found["mean_month"], found["months_said"]) == (1000, 500, "2016-05–2016-06")
    assert (found["low"], found["high"]) == (pytest.approx(822, abs=1), pytest.approx(1217, abs=1))
    assert (found["table"], found["column"], found["routes"], found["simulated"]) == (
        "flows",
        "shipped",
        ["post"],
        simulated,
    )


def test_nothing_reported_is_nothing(shown: TestClient) -> None:
    assert told(shown, "tiny-run")["months"]["reported"] == []


def test_report_is_written_again_only_if_the_result_or_the_program_is_another(
    shown: TestClient, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    async def write(_: object, __: Path, language: str, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{len(written)} {language}")
        written.append(file)

    monkeypatch.setattr(downloads.Downloads, "_write", write)
    manifest = results / "runs" / "tiny-run" / "manifest.json"
    was = manifest.stat()

    def text() -> str:
        return shown.get("/api/results/tiny-run/download/report.html").text

    assert (text(), text()) == ("0 en", "0 en")
    other = manifest.read_text("utf-8").replace('"seed": 7', '"seed": 9')
    manifest.write_text(other, "utf-8")
    os.utime(manifest, ns=(was.st_atime_ns, was.st_mtime_ns))  # as old and as large as before
    assert text() == "1 en"
    os.utime(manifest)  # touched, and the same
    assert text() == "1 en"
    monkeypatch.setattr(downloads, "program_hash", lambda: "another")
    assert text() == "2 en"
    assert [file.exists() for file in written] == [False, False, True]


def test_report_that_cannot_be_written_says_why(shown: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/at/all")
    answer = shown.get("/api/results/tiny-run/download/report.html")
    assert (answer.status_code, "could not be written" in answer.json()["error"]) == (500, True)


def test_finished_sweep_is_listed(shown: TestClient, results: Path) -> None:
    folder = results / "runs" / "sweep-odd"
    folder.mkdir()
    sweep = {"sweep": "odd", "title": "An odd one", "base": "tiny.yaml"}
    (folder / "sweep.json").write_text(json.dumps({"program": "parcel-corridors", "sweep": sweep}))
    (folder / "points.parquet").write_bytes(b"")
    found = until(lambda: [one for one in shown.get("/api/results").json() if one["kind"] == "sweep"], "the sweep")
    assert (found[0]["title"], found[0]["corridor"]) == ("An odd one", "tiny")
    assert shown.get("/api/results/sweep-odd").status_code == 422
