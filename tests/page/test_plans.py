"""Plans of the page are scenario files: read strictly, told with cost, changes and effort, before anything runs."""

from pathlib import Path
from typing import Any

import pytest
from page.asking import body, plan
from starlette.testclient import TestClient

from sim.experiments.comparing.plans import base_plan, checked, plan_of
from sim.page.app import Parts
from sim.page.wanted import PLANS
from sim.scenario.loading import load

LATER = {"name": "lines", "at": "2016-05-20", "sizes": {"measures.positions.servers": 3, "capital": 5e6, "ramp": 2}}


def check(client: TestClient, *plans: dict[str, Any], lang: str = "en", **more: Any) -> dict[str, Any]:
    answer = client.post("/api/plans/check", json=body(*plans, **more), params={"lang": lang})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_plan_says_what_it_costs_changes_and_takes(client: TestClient) -> None:
    found = check(client, plan("Lines"))
    (told,) = found["plans"]
    assert (found["ok"], found["errors"]) == (True, [])
    assert (told["capital_cny"], told["yearly_cny"], told["slug"]) == (2e6, 3e5, "lines")
    assert told["changes"][0] == "10 May 2016 servers of sorting: from 2 to 3, day by day over 5 days"
    assert found["seconds"] > 0
    assert found["memory_bytes"] > 1e8


def test_dates_and_sizes_that_were_chosen_are_what_is_changed(client: TestClient) -> None:
    (told,) = check(client, plan("Later", LATER))["plans"]
    assert told["capital_cny"] == 5e6
    assert "20 May 2016 servers of sorting: from 2 to 5, day by day over 2 days" in told["changes"]


def test_cost_that_does_not_follow_a_size_is_said(client: TestClient) -> None:
    larger = {"measures.positions.servers": 3}
    dearer = {"name": "lines", "sizes": larger | {"capital": 3e6}}
    plans = [plan("As it is"), plan("Larger", {"name": "lines", "sizes": larger}), plan("Dearer", dearer)]
    notes = [one["cost_note"] for one in check(client, *plans)["plans"]]
    assert [note and note[:40] for note in notes] == [None, "Sizes were changed and costs were not: w", None]
    later = plan("Later", {"name": "lines", "at": "2016-05-20"})
    assert check(client, later)["plans"][0]["cost_note"] is None


def test_changes_are_told_in_chinese(client: TestClient) -> None:
    (told,) = check(client, plan("晚一些", LATER), lang="zh")["plans"]
    assert "2016年5月20日 分拣的作业岗位数：由2变为5，在2天内逐日到位" in told["changes"]


def test_more_replications_and_finer_rows_take_longer(client: TestClient) -> None:
    few, many = (check(client, replications=n)["seconds"] for n in (2, 40))
    assert many > few


def test_plan_file_holds_only_what_differs_and_runs_beside_its_base(client: TestClient, shipped: Path) -> None:
    text = check(client, plan("Later", LATER))["yaml"]["Later"]
    assert text == (
        'base: tiny.yaml\nscenario: "later"\ntitle: "Later"\ninterventions:\n  lines:\n    at: 2016-05-20\n'
        "    measures:\n      positions:\n        servers: 3\n    capital: 5000000.0 CNY\n    ramp: 2.0 d\n"
    )
    file = shipped / "later.yaml"
    file.write_text(text, "utf-8")
    found = load(file).scenario
    assert found.interventions["lines"].capital == 5e6
    base = base_plan(shipped / "tiny.yaml")
    checked(base, [plan_of(base, str(file))])


def test_number_that_was_set_is_no_longer_drawn_and_others_are(client: TestClient, shipped: Path) -> None:
    file = shipped / "later.yaml"
    file.write_text(check(client, plan("Later", LATER))["yaml"]["Later"], "utf-8")
    assert list(load(file).scenario.uncertain) == ["interventions.lines.measures.faster.service"]


def test_title_of_a_plan_is_a_text_whatever_it_holds(client: TestClient, shipped: Path) -> None:
    name = 'a: "b" #c \\ {x} [y] & * ! | > % @ \u2028 快'
    text = check(client, plan(name))["yaml"][name]
    file = shipped / "odd.yaml"
    file.write_text(text, "utf-8")
    assert load(file).scenario.title == name.replace("\u2028", "")


def test_plans_of_one_name_have_files_of_their_own(client: TestClient) -> None:
    found = check(client, plan("A"), plan("a"), plan("快"), plan("tiny"))
    assert [one["slug"] for one in found["plans"]] == ["a", "a-2", "plan-3", "tiny-2"]


@pytest.mark.parametrize("name", ["2016", "null", "true", "1e3", "Other", "Tiny"])
def test_plan_may_be_called_by_a_number_or_like_a_scenario_that_is_there(
    client: TestClient, shipped: Path, name: str
) -> None:
    written = client.post("/api/plans/check", json=body(plan(name, {"name": "lines"}))).json()["yaml"][name]
    (shipped / "plan-here.yaml").write_text(written, "utf-8")
    read = load(shipped / "plan-here.yaml").scenario
    assert read.scenario not in ("tiny", "other")


def test_what_a_choice_requires_comes_along(client: TestClient) -> None:
    (told,) = check(client, plan("Twice", {"name": "lines-twice"}))["plans"]
    assert told["required"] == [{"name": "lines", "title": "More lines"}]
    assert told["capital_cny"] == 2e6


def test_end_of_what_is_drawn_becomes_how_long_it_lasts(client: TestClient) -> None:
    text = check(client, plan("Storm", {"name": "storm", "until": "2016-05-22"}))["yaml"]["Storm"]
    assert "  storm:\n    lasts: 10 d\n" in text


# -- what is wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "where", "message"),
    [
        ([], "", "Nothing is chosen: it is the corridor as it is."),
        ([{"name": "nothing"}], "nothing", "There is no intervention of that name."),
        ([{"name": "lines"}, {"name": "lines"}], "lines", "It is chosen twice."),
        ([{"name": "lines", "sizes": {"life": 3}}], "lines", "There is no such size."),
        ([{"name": "lines", "until": "2016-05-01"}], "lines", "It has to end after the day on which it begins."),
        (
            [{"name": "lines", "sizes": {"measures.positions.servers": 0}}],
            "lines",
            "0 is out of bounds; at least 1 is expected",
        ),
        ([{"name": "lines", "sizes": {"capital": -1}}], "lines", "is negative; an amount of money at least 0 CNY"),
    ],
)
def test_wrong_plan_says_what_is_wrong_with_which_choice(
    client: TestClient, chosen: list[dict[str, Any]], where: str, message: str
) -> None:
    found = check(client, {"name": "Wrong", "chosen": chosen}, plan("Right"))
    (error,) = found["errors"]
    assert (found["ok"], error["plan"], error["where"]) == (False, "Wrong", where)
    assert message in error["message"]
    assert [one["name"] for one in found["plans"]] == ["Right"]
    assert found["seconds"] is None


@pytest.mark.parametrize(
    ("sizes", "until", "field"),
    [
        ({}, "2016-05-01", "until"),
        ({"measures.positions.servers": 0}, "2016-05-20", "measures.positions.servers"),
        ({"capital": -1}, "2016-05-20", "capital"),
        ({"life": 3}, "2016-05-20", "life"),
    ],
)
def test_error_names_the_field_that_it_stands_at(
    client: TestClient, sizes: dict[str, float], until: str, field: str
) -> None:
    found = check(client, plan("Wrong", {"name": "lines", "until": until, "sizes": sizes}))
    assert [error["field"] for error in found["errors"]] == [field]


def test_wrong_plan_is_not_run(client: TestClient, parts: Parts) -> None:
    answer = client.post("/api/runs", json=body({"name": "Nothing", "chosen": []}))
    assert (answer.status_code, answer.json()["errors"][0]["plan"]) == (422, "Nothing")
    assert parts.runs.all() == []


def test_run_that_would_exhaust_the_machine_is_refused(client: TestClient, shipped: Path, parts: Parts) -> None:
    file = shipped / "tiny.yaml"
    file.write_text(file.read_text("utf-8").replace("latent_orders_per_year: 18720", "latent_orders_per_year: 9e10"))
    parts.library.refresh(is_forced=True)
    found = check(client)
    assert not found["ok"]
    assert "latent orders in one replication" in found["errors"][0]["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        b"", b"[]", b"{", b"null", b'{"corridor": "tiny"}', b'{"corridor": "tiny", "plans": []}',
        b'{"corridor": "../tiny", "plans": [{"name": "x"}]}', b'{"corridor": "tiny", "plans": [{"name": ""}]}',
        b'{"corridor": "tiny", "plans": [{"name": "x"}], "replications": 0}',
        b'{"corridor": "tiny", "plans": [{"name": "x"}], "replications": 1e9}',
        b'{"corridor": "tiny", "plans": [{"name": "x"}], "out": "/tmp"}',
        b'{"corridor": "tiny", "plans": [{"name": "x", "chosen": [{"name": "lines", "sizes": {"capital": NaN}}]}]}',
        b'{"corridor": "tiny", "plans": [{"name": "x", "chosen": [{"name": "lines", "sizes": {"a\\nb: c": 1}}]}]}',
        b'{"corridor": "tiny", "plans": [{"name": "x", "chosen": [{"name": "lines", "at": "tomorrow"}]}]}',
        b"\xff\xfe", b"[" * 100_000,
    ],
    ids=lambda one: one[:50].decode("latin-1"),
)  # fmt: skip
def test_what_is_not_asked_for_is_refused(client: TestClient, wrong: bytes) -> None:
    answer = client.post("/api/plans/check", content=wrong, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"] == "What was sent is not what is asked for here."


def test_no_more_plans_than_fit_side_by_side(client: TestClient) -> None:
    answer = client.post("/api/plans/check", json=body(*[plan(f"Plan {n}") for n in range(PLANS + 1)]))
    assert answer.status_code == 422


def test_plan_of_a_corridor_that_is_not_there_is_an_error(client: TestClient) -> None:
    assert client.post("/api/plans/check", json=body(corridor="nothing")).status_code == 404


def test_check_leaves_nothing_behind(client: TestClient, parts: Parts) -> None:
    parts.library.refresh()
    before = sorted(path.name for path in parts.library.folder.iterdir())
    check(client, plan("Lines"), plan("Later", LATER))
    assert sorted(path.name for path in parts.library.folder.iterdir()) == before
