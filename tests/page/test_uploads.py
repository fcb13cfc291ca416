"""Files of one's own: read by the strict reader, every error at its line, kept under their name inside one folder."""

from pathlib import Path

import pytest
from page.asking import body, plan
from starlette.testclient import TestClient

from sim.page import uploads
from sim.page.app import Parts

OWN = """\
base: tiny.yaml
scenario: my-own
title: One of my own <script>alert(1)</script>
stations: {sorting: {servers: 4}}
"""
PROPOSAL = """\
intervention: my-lines
base: tiny.yaml
name: {en: My lines}
proposes: Mine.
at: 2016-05-12
measures: {positions: {kind: expand_station, queues: [stations.sorting], servers: 3}}
"""
YAML = {"Content-Type": "application/yaml"}


def send(client: TestClient, text: str | bytes) -> tuple[int, dict[str, object]]:
    answer = client.post("/api/uploads", content=text, headers=YAML)
    return answer.status_code, answer.json()


def test_scenario_of_ones_own_is_a_corridor_from_then_on(client: TestClient, results: Path) -> None:
    assert send(client, OWN) == (201, {"name": "my-own", "kind": "scenario"})
    found = {one["name"]: one for one in client.get("/api/corridors").json()}
    assert found["my-own"]["uploaded"]
    assert found["my-own"]["start"] == "2016-05-01"
    assert (results / "uploads" / "my-own.yaml").read_text("utf-8") == OWN
    offered = [one["name"] for one in client.get("/api/corridors/my-own/interventions").json()]
    assert offered == ["lines-twice", "lines", "storm"]
    checked = client.post("/api/plans/check", json=body(plan(), corridor="my-own")).json()
    assert "servers of sorting: from 4 to 5" in checked["plans"][0]["changes"][0]


def test_intervention_of_ones_own_can_be_chosen(client: TestClient, results: Path) -> None:
    assert send(client, PROPOSAL) == (201, {"name": "my-lines", "kind": "intervention"})
    assert (results / "uploads" / "interventions" / "my-lines.yaml").is_file()
    checked = client.post("/api/plans/check", json=body(plan("Mine", {"name": "my-lines"}))).json()
    assert checked["ok"]
    assert "from 2 to 5" in checked["plans"][0]["changes"][0]


def test_uploads_are_there_after_a_restart(client: TestClient, shipped: Path, results: Path) -> None:
    send(client, OWN)
    assert "my-own" in [one.name for one in Parts.of(shipped, results).library.baselines()]


def test_file_of_one_name_replaces_the_earlier_one(client: TestClient) -> None:
    send(client, PROPOSAL)
    assert send(client, PROPOSAL.replace("servers: 3", "servers: 6"))[0] == 201
    checked = client.post("/api/plans/check", json=body(plan("Mine", {"name": "my-lines"}))).json()
    assert "from 2 to 8" in checked["plans"][0]["changes"][0]


def test_wrong_version_leaves_the_earlier_one_in_place(client: TestClient) -> None:
    send(client, PROPOSAL)
    assert send(client, PROPOSAL.replace("servers: 3", "servers: none"))[0] == 422
    checked = client.post("/api/plans/check", json=body(plan("Mine", {"name": "my-lines"}))).json()
    assert "from 2 to 5" in checked["plans"][0]["changes"][0]


def test_every_error_of_a_wrong_file_stands_at_its_line(client: TestClient, results: Path) -> None:
    wrong = OWN + "lanes: {flight: {payload: {mass: 3 parsecs}}}\nhorizon: {ende: 2016-07-01}\n"
    status, found = send(client, wrong)
    assert status == 422
    errors = found["errors"]
    assert isinstance(errors, list)
    assert [(one["line"], one["column"]) for one in errors] == [(5, 34), (6, 11)]
    assert "unknown unit 'parsecs'" in errors[0]["message"]
    assert errors[1]["hint"] == "did you mean 'end'?"
    assert not (results / "uploads" / "my-own.yaml").exists()
    assert "my-own" not in [one["name"] for one in client.get("/api/corridors").json()]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty"),
        ("scenario: [\n", 2, ""),
        ("a: &x [*x]\n", 1, "'*x' stands inside '&x' itself"),
        ("title: no name\n", 1, "the key 'scenario' gives the file its name"),
        ("scenario: ../../evil\n", 1, "the key 'scenario' gives the file its name"),
        ("scenario: .hidden\n", 1, "the key 'scenario' gives the file its name"),
        ("scenario: a\nbase: ../../../outside.yaml\n", 2, "lies outside the folder"),
        ("scenario: a\nbase: /etc/passwd\n", 2, "lies outside the folder"),
        ("scenario: a\ncorridors: [../../x]\n", 2, "there is no corridor"),
        ("intervention: b\nbase: ../x.yaml\nname: {en: b}\nproposes: b\nat: 2016-05-01\n", 1, "measures"),
        ("scenario: a\nbase: tiny.yaml\nscenario: b\n", 3, ""),
    ],
)
def test_wrong_file_is_told_and_not_kept(client: TestClient, results: Path, text: str, line: int, message: str) -> None:
    status, found = send(client, text)
    assert status == 422, found
    errors = found["errors"]
    assert isinstance(errors, list)
    assert any(message in one["message"] for one in errors)
    assert line in [one["line"] for one in errors]
    assert list(results.glob("uploads/**/*.yaml")) == []


def test_bytes_that_are_no_text_are_told(client: TestClient) -> None:
    status, found = send(client, b"scenario: \xff\xfe\x00")
    assert (status, bool(found["errors"])) == (422, True)


def test_bomb_of_aliases_is_refused_at_once(client: TestClient) -> None:
    rows = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9))
    status, found = send(client, f"a0: &a0 [x, x]\n{rows}\n")
    assert (status, bool(found["errors"])) == (422, True)


def test_name_of_what_ships_is_refused(client: TestClient, shipped: Path) -> None:
    before = (shipped / "tiny.yaml").read_text("utf-8")
    for text in ("scenario: tiny\n", PROPOSAL.replace("my-lines", "lines"), PROPOSAL.replace("my-lines", "storm")):
        status, found = send(client, text)
        assert (status, "ships with the program" in str(found["error"])) == (409, True)
    assert (shipped / "tiny.yaml").read_text("utf-8") == before


def test_file_beyond_the_bound_is_refused(client: TestClient) -> None:
    assert send(client, OWN + "#" * uploads.MOST_BYTES)[0] == 413


def test_number_of_files_is_bounded(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    assert send(client, OWN)[0] == 201
    assert send(client, PROPOSAL)[0] == 409
    assert send(client, OWN)[0] == 201


def test_file_that_would_exhaust_the_machine_is_refused(client: TestClient) -> None:
    status, found = send(client, OWN + "market: {origins: {harbin: {latent_orders_per_year: 9e10}}}\n")
    assert status == 422
    assert "latent orders in one replication" in str(found["errors"])


def test_wrong_file_leaves_nothing_in_the_library(client: TestClient, parts: Parts) -> None:
    send(client, OWN + "nonsense: 1\n")
    parts.library.refresh(is_forced=True)
    for folder in (parts.library.folder, parts.library.folder.with_name("trial")):
        names = sorted(path.name for path in folder.rglob("*.yaml"))
        assert names == ["far.yaml", "lines-twice.yaml", "lines.yaml", "other.yaml", "storm.yaml", "tiny.yaml"]
