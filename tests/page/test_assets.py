"""The page's own files: at an address that changes with them, kept by browsers, sent zipped, all asked for at once."""

import gzip
import re

from starlette.testclient import TestClient

from sim.language.catalogue import texts_in
from sim.page.assets import Asset, Assets, assets

ABOVE = assets().above


def test_files_of_the_page_are_kept_for_ever_at_an_address_of_what_they_are(client: TestClient) -> None:
    now = client.get(f"{ABOVE}/static/page.js")
    assert now.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert now.headers["content-type"].startswith("text/javascript")
    earlier = client.get("/assets/0123456789ab/static/page.js")
    assert (earlier.headers["cache-control"], earlier.text) == ("no-cache", now.text)


def test_mark_changes_with_any_file_and_with_its_name() -> None:
    files = {"a": Asset(b"1", "text/plain"), "b": Asset(b"2", "text/plain")}
    marks = {
        Assets(found).mark
        for found in (files, files | {"b": Asset(b"3", "text/plain")}, {"a": files["a"], "c": files["b"]})
    }
    assert len(marks) == 3
    assert Assets(dict(reversed(files.items()))).mark == Assets(files).mark


def test_file_is_sent_zipped_to_those_who_take_that(client: TestClient) -> None:
    name = f"{ABOVE}/vendor/echarts.esm.min.js"
    with client.stream("GET", name, headers={"Accept-Encoding": "gzip"}) as answer:
        sent = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    plain = client.get(name, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(sent) == plain.content
    assert len(sent) < 0.4 * len(plain.content)


def test_page_asks_for_all_its_scripts_at_once_and_for_its_styles_not_at_all(client: TestClient) -> None:
    text = client.get("/").text
    named = re.findall(r'(?:src|href)="(/assets/[^"]+)"', text)
    imported = {
        f"{ABOVE}/static/{name}"
        for script in assets().scripts()
        for name in re.findall(r'from "\./(\w+\.js)"', assets().files[script].content.decode())
    }
    assert imported <= set(named)
    assert not any(name.endswith(".css") for name in named)
    for name in named:
        assert client.get(name).status_code == 200, name
    assert "--ink" in text


def test_outlines_font_and_texts_are_there_without_a_network(client: TestClient) -> None:
    assert client.get(f"{ABOVE}/outlines.geojson").json()["type"] == "FeatureCollection"
    font = client.get(f"{ABOVE}/font.ttf")
    assert (font.headers["content-type"], font.content[:4]) == ("font/ttf", b"\x00\x01\x00\x00")
    assert client.get(f"{ABOVE}/texts.zh.json").json() == texts_in("zh.po")
    assert client.get(f"{ABOVE}/texts.en.json").json() == {}


def test_only_what_belongs_to_the_page_is_there(client: TestClient) -> None:
    for name in ("static/../app.py", "static/%2e%2e/app.py", "static/nothing.js", "", "vendor"):
        assert client.get(f"{ABOVE}/{name}").status_code == 404, name
