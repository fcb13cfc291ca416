"""What the page learns of corridors: places, what can be done in them, how far sizes move, where numbers come from."""

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import sim
from sim.language import LANGUAGES
from sim.page.app import Parts
from sim.page.library import Library
from sim.page.plans import changing_of
from sim.page.sizes import sizes_of


def of(client: TestClient, address: str, **params: Any) -> Any:
    answer = client.get(address, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def lines(client: TestClient) -> dict[str, Any]:
    """The proposal, in English."""
    found = of(client, "/api/corridors/tiny/interventions", lang="en")
    return next(one for one in found if one["name"] == "lines")


# -- corridors ---------------------------------------------------------------------------------------------------------


def test_corridors_are_listed_with_their_time_what_rests_on_evidence_first(client: TestClient) -> None:
    tiny, other = of(client, "/api/corridors")
    assert tiny == {
        "name": "tiny", "title": "Two routes from Harbin to the Urals", "start": "2016-05-01", "end": "2016-06-01",
        "illustrative": False, "uploaded": False,
        "title_en": "Two routes from Harbin to the Urals",
    }  # fmt: skip
    assert (other["name"], other["illustrative"]) == ("other", True)


def test_corridor_has_places_lanes_routes_and_how_much_is_assumed(client: TestClient) -> None:
    found = of(client, "/api/corridors/tiny")
    harbin = next(place for place in found["places"] if place["id"] == "harbin")
    assert (harbin["lat"], harbin["lon"], harbin["kind"]) == (45.75, 126.65, "origin")
    assert next(place for place in found["places"] if place["id"] == "yekaterinburg")["kind"] == "customs"
    assert [(lane["id"], lane["from"], lane["to"], lane["mode"]) for lane in found["lanes"]] == [
        ("flight", "harbin", "yekaterinburg", "air")
    ]
    post = next(route for route in found["routes"] if route["id"] == "post")
    assert (post["class"], post["paths"]) == ("postal", [["flight"]])
    assert (found["n_assumed"], found["n_numbers"] > 50) == (1, True)


def test_names_come_in_the_language_that_is_asked_for(client: TestClient) -> None:
    assert of(client, "/api/corridors/tiny", lang="zh")["lanes"][0]["name"] == "Harbin–Yekaterinburg（航空）"
    titles = {one["name"]: one["title"] for one in of(client, "/api/corridors/tiny/interventions", lang="zh")}
    assert titles["lines"] == "增加分拣线"
    assert titles["lines-twice"] == "Lines again"


def test_unknown_corridor_is_said_in_the_language_of_the_browser(client: TestClient) -> None:
    answer = client.get("/api/corridors/nothing", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert (answer.status_code, answer.json()) == (404, {"error": "没有这个名称的通道。"})


def test_corridor_that_changed_on_disk_is_read_again(client: TestClient, parts: Parts, shipped: Path) -> None:
    of(client, "/api/corridors/tiny")
    file = shipped / "tiny.yaml"
    file.write_text(file.read_text("utf-8").replace("Two routes", "Two ways"), "utf-8")
    parts.library.refresh(is_forced=True)
    assert of(client, "/api/corridors/tiny")["title"] == "Two ways from Harbin to the Urals"


def test_corridor_that_was_taken_away_is_gone(client: TestClient, parts: Parts, shipped: Path) -> None:
    assert len(of(client, "/api/corridors")) == 2
    (shipped / "other.yaml").unlink()
    parts.library.refresh(is_forced=True)
    assert [one["name"] for one in of(client, "/api/corridors")] == ["tiny"]


# -- interventions -----------------------------------------------------------------------------------------------------


def test_what_is_meant_for_another_corridor_is_not_offered(client: TestClient) -> None:
    found = of(client, "/api/corridors/tiny/interventions")
    assert [(one["name"], one["kind"]) for one in found] == [
        ("lines-twice", "intervention"), ("lines", "intervention"), ("storm", "disruption"),
    ]  # fmt: skip


def test_file_that_was_spoilt_meanwhile_hides_no_other(client: TestClient, parts: Parts, shipped: Path) -> None:
    file = shipped / "interventions" / "lines-twice.yaml"
    file.write_text(file.read_text("utf-8").replace("servers: 2", "servers: none"), "utf-8")
    parts.library.refresh(is_forced=True)
    assert [one["name"] for one in of(client, "/api/corridors/tiny/interventions")] == ["lines", "storm"]


def test_intervention_says_when_by_whom_and_at_what_cost(lines: dict[str, Any]) -> None:
    assert lines["describes"] == "Sort faster <b>everywhere</b>."
    assert lines["proposed_in"] == "a report, 3"
    assert (lines["at"], lines["until"]) == ("2016-05-10", None)
    assert (lines["capital_cny"], lines["yearly_cny"]) == (2e6, 3e5)


def test_what_ends_and_what_is_drawn_is_said(client: TestClient) -> None:
    found = {one["name"]: one for one in of(client, "/api/corridors/tiny/interventions")}
    assert (found["storm"]["until"], found["storm"]["starts_within_days"]) == ("2016-05-16", 6)
    assert found["lines-twice"]["requires"] == ["lines"]


def size(lines: dict[str, Any], path: str) -> dict[str, Any]:
    return next(one for one in lines["sizes"] if one["path"] == path)


def test_size_whose_own_range_is_known_moves_in_that(lines: dict[str, Any]) -> None:
    faster = size(lines, "measures.faster.service")
    assert (faster["value"], faster["low"], faster["high"], faster["is_whole"]) == (0.8, 0.5, 1.0, False)
    assert (faster["least"], faster["most"]) == (0, 1000)
    capital = size(lines, "capital")
    assert (capital["value"], capital["low"], capital["high"], capital["unit"]) == (2e6, 1e6, 8e6, "CNY")


def test_size_that_was_decided_moves_around_itself_in_whole_steps_where_it_counts(lines: dict[str, Any]) -> None:
    servers = size(lines, "measures.positions.servers")
    assert (servers["low"], servers["high"], servers["step"], servers["is_whole"]) == (1, 4, 1, True)
    ramp = size(lines, "ramp")
    assert (ramp["value"], ramp["unit"], ramp["low"], ramp["high"], ramp["part"]) == (5, "d", 0, 20, "time")


def test_new_value_of_a_share_stays_a_share(lines: dict[str, Any]) -> None:
    cancelled = size(lines, "measures.flight.set")
    assert (cancelled["unit"], cancelled["value"], cancelled["least"], cancelled["most"]) == ("%", 5, 0, 100)


def test_sizes_are_called_by_what_they_are_of(client: TestClient, lines: dict[str, Any]) -> None:
    assert size(lines, "measures.positions.servers")["label"] == "sorting: further servers"
    chinese = next(x for x in of(client, "/api/corridors/tiny/interventions", lang="zh") if x["name"] == "lines")
    assert size(chinese, "measures.positions.servers")["label"] == "分拣：增加的作业岗位"


# -- sources -----------------------------------------------------------------------------------------------------------


def test_source_of_a_number_says_status_range_and_place(client: TestClient) -> None:
    (found,) = of(client, "/api/sources", corridor="tiny", path="stations.sorting.servers")["numbers"]
    assert (found["value"], found["status"], found["range"], found["why"]) == (2, "assumed", "1 to 3", "a test")
    assert found["file"] == "scenarios/tiny.yaml"
    assert found["line"] > 1


def test_source_of_a_number_of_an_intervention_is_told_when_it_is_laid_over(client: TestClient) -> None:
    path = "interventions.lines.capital"
    (found,) = of(client, "/api/sources", corridor="tiny", path=path, interventions="lines")["numbers"]
    assert (found["status"], found["file"]) == ("assumed", "scenarios/interventions/lines.yaml")


def test_sources_are_listed_by_status(client: TestClient) -> None:
    found = of(client, "/api/sources", corridor="tiny", status="assumed")
    assert [one["path"] for one in found["numbers"]] == ["stations.sorting.servers"]
    assert found["counts"]["assumed"] == found["n"] == 1


@pytest.mark.parametrize(
    ("params", "status"),
    [({"path": "stations.nothing"}, 404), ({"status": "guessed"}, 422), ({"interventions": "far"}, 404)],
)
def test_source_that_is_not_there_is_an_error(client: TestClient, params: dict[str, str], status: int) -> None:
    answer = client.get("/api/sources", params={"corridor": "tiny", **params})
    assert (answer.status_code, "error" in answer.json()) == (status, True)


# -- the page ----------------------------------------------------------------------------------------------------------


def test_page_comes_in_the_language_asked_for_and_remembers_it(client: TestClient) -> None:
    assert 'lang="en"' in client.get("/").text
    assert 'lang="zh"' in client.get("/", headers={"Accept-Language": "zh-TW"}).text
    assert 'lang="zh"' in client.get("/", params={"lang": "zh"}).text
    assert 'lang="zh"' in client.get("/").text


def test_page_holds_no_script_and_asks_for_nothing_from_elsewhere(client: TestClient) -> None:
    import re

    text = client.get("/").text
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"\son\w+=", text) == []
    assert re.findall(r"(?:src|href)=[\"'](?:https?:)?//", text) == []


def test_no_size_of_what_ships_is_called_by_a_path(tmp_path: Path) -> None:
    library = Library(Path(sim.__file__).parents[1] / "scenarios", tmp_path / "none", tmp_path / "library")
    labels: dict[str, set[tuple[str, str]]] = {language: set() for language in LANGUAGES}
    seen: set[str] = set()
    for one in library.baselines():
        trees = {name: tree for name, tree in library.interventions(one).items() if name not in seen}
        for language in LANGUAGES if trees else ():
            changing = changing_of(library.loaded(one.name).scenario, language)
            labels[language] |= {
                (name, size.label) for name, tree in trees.items() for size in sizes_of(tree, changing)
            }
        seen |= trees.keys()
    assert len(seen) > 90
    path = re.compile(r"[a-z]\.[a-z]|[a-z]-[a-z]+[.:]|_")
    assert {(name, label) for name, label in labels["en"] if path.search(label)} == set()
    assert {(name, label) for name, label in labels["zh"] if re.search(r"[a-z]{3,}", label)} == set()
