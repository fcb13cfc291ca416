"""Nobody but the page itself, at a name of the machine, asks anything; and no name leads outside its folders."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from page.asking import HERE, PORT, body
from starlette.testclient import TestClient

from sim.page.app import Parts, application
from sim.page.safety import MOST_BYTES, Guard, Guarded
from sim.page.serving import Options, ServingError, guard_of

TOKEN = "a-token-of-some-length"
EVIL = "http://evil.example"


@pytest.fixture
def abroad(parts: Parts) -> TestClient:
    """A browser at a server that is bound to more than loopback."""
    guard = Guard.of("10.0.0.5", PORT, TOKEN, ["planning.example"])
    return TestClient(
        Guarded(application(parts), guard), base_url=f"http://planning.example:{PORT}", follow_redirects=False
    )


def options(host: str, token: str | None = None) -> Options:
    return Options(host=host, port=PORT, token=token, names=(), at_once=1, results=Path("results"))


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}", f"[::1]:{PORT}"])
def test_server_answers_to_names_of_loopback(client: TestClient, host: str) -> None:
    assert client.get("/api/corridors", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        f"evil.example:{PORT}", "evil.example", "127.0.0.1", "127.0.0.1:80", f"127.0.0.1.evil.example:{PORT}",
        f"user@127.0.0.1:{PORT}", f"127.0.0.1:{PORT}/x", "127.0.0.1:abc", "", f"0.0.0.0:{PORT}", f"[::1:{PORT}",
    ],
)  # fmt: skip
def test_another_name_that_leads_here_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "corridor" not in answer.text


def test_name_that_was_given_is_answered_to_at_the_port_of_a_proxy(abroad: TestClient) -> None:
    shown = {"Authorization": f"Bearer {TOKEN}"}
    for host in ("planning.example", "planning.example:443", f"planning.example:{PORT}", f"10.0.0.5:{PORT}"):
        assert abroad.get("/api/corridors", headers={"Host": host, **shown}).status_code == 200
    for host in ("10.0.0.5", "evil.planning.example", "planning.example.evil.example"):
        assert abroad.get("/api/corridors", headers={"Host": host, **shown}).status_code == 421


# -- the token ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/api/corridors", "/assets/0/static/page.js", "/api/events", "/nothing"])
def test_without_the_token_nothing_is_told(abroad: TestClient, path: str) -> None:
    assert abroad.get(path).status_code == 401
    assert abroad.get(path, params={"token": "wrong"}).status_code == 401
    assert abroad.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert abroad.get(path, headers={"Cookie": f"sim-{PORT}={TOKEN}"}).status_code == 401


def test_token_in_the_address_of_the_page_becomes_a_cookie_that_scripts_cannot_read(abroad: TestClient) -> None:
    answer = abroad.get("/", params={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert TOKEN not in cookie
    assert abroad.get("/api/corridors").status_code == 200


@pytest.mark.parametrize("odd", ["a b=c", "{=}", "theme", 'x="', "=", '"a"=b; @=1', "näme=ü"])
def test_odd_cookie_of_another_program_hides_no_other(abroad: TestClient, odd: str) -> None:
    own = f"sim-{PORT}={Guard.of('10.0.0.5', PORT, TOKEN).proof}"
    for text in (f"{odd}; {own}", f"{own}; {odd}", f"a=1;{own};{odd}; lang=zh"):
        assert abroad.get("/api/corridors", headers={"Cookie": text.encode()}).status_code == 200
    assert abroad.get("/api/corridors", headers={"Cookie": odd.encode()}).status_code == 401


def test_token_may_be_shown_as_a_header(abroad: TestClient) -> None:
    assert abroad.get("/api/corridors", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_token_counts_in_the_address_of_the_page_only(abroad: TestClient) -> None:
    assert abroad.get("/api/corridors", params={"token": TOKEN}).status_code == 401
    assert abroad.post("/", params={"token": TOKEN}).status_code == 401


def test_other_host_than_loopback_gets_a_token_of_its_own() -> None:
    one, other = guard_of(options("0.0.0.0"), PORT), guard_of(options("0.0.0.0"), PORT)
    assert one.token
    assert len(one.token) >= 32
    assert one.token != other.token
    assert not one.is_own(f"0.0.0.0:{PORT}")


def test_token_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ServingError, match="the token has 5 characters; take 16 or more"):
        guard_of(options("10.0.0.5", "short"), PORT)


def test_page_behind_a_proxy_asks_for_a_token_on_loopback_too() -> None:
    behind = replace(options("127.0.0.1"), names=("planning.example",))
    assert guard_of(behind, PORT).token
    assert guard_of(replace(behind, token=TOKEN), PORT).token == TOKEN


def test_empty_token_is_refused_and_locks_nobody_out() -> None:
    with pytest.raises(ServingError, match="the token has 3 characters"):
        guard_of(options("127.0.0.1", "abc"), PORT)


def test_loopback_asks_for_no_token() -> None:
    assert guard_of(options("127.0.0.1"), PORT).token is None


# -- writes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/plans/check", "/api/runs", "/api/runs/page-0001/stop", "/api/uploads"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL}, {"Origin": "null"}, {"Origin": ""}, {"Origin": f"{HERE}0"}, {"Origin": "http://127.0.0.1"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"}, {"Origin": HERE, "Sec-Fetch-Site": "same-site"},
        {"Origin": f"{HERE}@evil.example"}, {"Origin": f"ftp://127.0.0.1:{PORT}"},
    ],
    ids=str,
)  # fmt: skip
def test_another_site_writes_nothing(client: TestClient, results: Path, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, json=body(), headers=headers)
    assert answer.status_code == 403
    assert not (results / "uploads").exists()


def test_write_that_does_not_say_where_it_comes_from_is_refused(parts: Parts) -> None:
    with TestClient(Guarded(application(parts), Guard.of("127.0.0.1", PORT, None)), base_url=HERE) as silent:
        assert silent.post("/api/plans/check", json=body()).status_code == 403
        assert silent.post("/api/plans/check", json=body(), headers={"Sec-Fetch-Site": "same-origin"}).is_success


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_forms_and_plain_text_are_refused(client: TestClient, kind: str) -> None:
    assert client.post("/api/runs", content=b"{}", headers={"Content-Type": kind}).status_code == 415


def test_other_sites_load_nothing_but_the_page(client: TestClient) -> None:
    across = {"Sec-Fetch-Site": "cross-site"}
    assert client.get("/api/results", headers=across).status_code == 403
    assert client.get("/assets/0/static/page.js", headers=across).status_code == 403
    assert client.get("/", headers=across).status_code == 200


def test_body_is_bounded_whether_it_says_its_length_or_not(client: TestClient) -> None:
    kind = {"Content-Type": "application/json"}
    assert client.post("/api/runs", content=b" " * (MOST_BYTES + 1), headers=kind).status_code == 413
    pieces = (b" " * 100_000 for _ in range(20))
    assert client.post("/api/runs", content=pieces, headers=kind).status_code == 413
    assert client.post("/api/runs", content=b"{}", headers=kind | {"Content-Length": "x"}).status_code == 413


def test_address_is_bounded(client: TestClient) -> None:
    assert client.get("/api/sources", params={"path": "x" * 5000}).status_code == 414


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_do_nothing(client: TestClient, method: str) -> None:
    kind = {"Content-Type": "application/json"}
    assert client.request(method, "/api/runs", headers=kind).status_code == 405


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/api/corridors", "/nothing", "/api/results/nothing", "/assets/0/font.ttf"])
def test_every_answer_says_what_a_browser_may_do_with_it(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_answers_to_questions_are_not_kept_by_browsers(client: TestClient) -> None:
    assert client.get("/api/corridors").headers["cache-control"] == "no-store"
    assert client.get("/").headers["cache-control"] == "no-store"


def test_fault_of_the_program_is_told_without_its_inside(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(type(parts.corridors), "listed", broken)
    app = Guarded(application(parts), Guard.of("127.0.0.1", PORT, None))
    answer = TestClient(app, base_url=HERE, raise_server_exceptions=False).get("/api/corridors")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


# -- files -------------------------------------------------------------------------------------------------------------

OUTSIDE = [
    "..",
    "../secret",
    "..%2f..%2fsecret",
    "%2e%2e/secret",
    "/etc/passwd",
    "a/b",
    "a%00b",
    "page-0001/../..",
    ".",
]


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize(
    "path",
    [
        "/api/corridors/{}", "/api/corridors/{}/interventions", "/api/results/{}",
        "/api/results/{}/download/tables.xlsx",
        "/assets/0/{}", "/assets/0/static/{}", "/assets/0/static/../app.py", "/api/sources?corridor={}",
    ],
)  # fmt: skip
def test_names_never_lead_outside(client: TestClient, tmp_path: Path, path: str, name: str) -> None:
    (tmp_path / "secret").write_text("secret of the machine")
    answer = client.get(path.format(name))
    assert answer.status_code in (404, 405, 422) or answer.url.path in ("/api/corridors", "/api/results", "/")
    assert "secret of" not in answer.text
    assert "root:" not in answer.text


def test_result_that_is_linked_from_elsewhere_is_not_shown(client: TestClient, results: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "manifest.json").write_text('{"program": "parcel-corridors", "comparison": ["a"], "scenarios": {}}')
    (outside / "plans.parquet").write_bytes(b"")
    (results / "runs").mkdir(parents=True, exist_ok=True)
    os.symlink(outside, results / "runs" / "linked")
    assert client.get("/api/results").json() == []
    assert client.get("/api/results/linked").status_code == 404


def test_linked_scenario_is_not_read(client: TestClient, shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("scenario: outside\ntitle: secret of the machine\n")
    os.symlink(tmp_path / "outside.yaml", shipped / "outside.yaml")
    assert "secret of" not in client.get("/api/corridors").text
