"""Wrong files nobody thought of: right ones with values, keys and bytes changed, and documents made from the schema.

Whatever comes of them, it is right, or refused with a place; never a traceback, a text on stdout, or an internal error.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wrong.library import FILES, Outcome, outcome

from sim.cli.schema import schema_text
from sim.reading import read_tree

ROOT = Path(__file__).parents[2]
KINDS = {
    "scenario": "scenarios/tiny.yaml",
    "intervention": "scenarios/interventions/sorters.yaml",
    "sweep": "scenarios/sweeps/trial.yaml",
    "ranking": "scenarios/rankings/choice.yaml",
    "siting": "scenarios/siting/small.yaml",
}
SHIPPED = [
    "scenarios/harbin-baseline.yaml",
    "scenarios/corridors/harbin.yaml",
    "scenarios/corridors/xinjiang.yaml",
    "scenarios/interventions/harbin-charters.yaml",
    "scenarios/disruptions/harbin-snowstorm.yaml",
    "scenarios/siting/hebei.yaml",
]
PLACE = re.compile(r"^\S.*?:\d+:\d+: error: |^(\S+: )?error: refused before anything ran", re.MULTILINE)
ODD: list[Any] = [
    None, True, "", " ", "x", -1, 0, 0.5, 1e+308, -1e+308, 5e-324, 10**39, 2**63, "9" * 70, "-5 h", "0 h",
    "1e30 d", "1e400 d", "nan h", "nan", "inf", "../../etc/passwd", "/dev/zero", "a" * 5000, "\x00", "\x1b[31m",
    "\u202e", "😀", "٣ h", "%", "-5 %", "101 %", "1e300 CNY", "-1 CNY", "2016-13-45", "0001-01-01", "9999-12-31",
    "2016-02-30", "Mon-Sun 25:00-26:00", "99:99", "0 CNY + 0 CNY/kg", "a.b.c", [], {}, [[]], {"a": 1}, [None],
    [1, 2, 3], {"value": 1, "assumed": [2, 1], "why": "x"}, {"value": {}, "published": "P1"},
    {"value": None, "assumed": [1, 2], "why": "x"}, {"en": "x"}, {"distribution": "normal"},
]  # fmt: skip
NAMES = ["", "x", ".", "a b", "value", "null", "X" * 300, "en", "💥", "base", "interventions"]
LIGHT = settings(
    max_examples=int(os.environ.get("WRONG_EXAMPLES", "60")),
    deadline=None,
    database=None,
    derandomize="WRONG_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)


def paths_in(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All places below the top."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in pairs:
        yield (*path, key)
        yield from paths_in(child, (*path, key))


def changed(data: st.DataObject, whole: Any) -> Any:
    """A document with a few things in it set, taken out, renamed or repeated."""
    whole = json.loads(json.dumps(whole))
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(paths_in(whole))
        if not places:
            break
        *above, key = data.draw(st.sampled_from(places))
        node = whole
        for step in above:
            node = node[step]
        does = data.draw(st.sampled_from(["set", "set", "set", "drop", "rename", "repeat"]))
        if does == "set":
            node[key] = data.draw(st.sampled_from(ODD))
        elif does == "drop":
            del node[key]
        elif isinstance(node, list):
            node.append(node[key])
        else:
            name = data.draw(st.sampled_from(NAMES))
            node[name] = node.pop(key) if does == "rename" else node[key]
    return whole


def is_right_or_refused(name: str, said: Outcome) -> None:
    assert said.code in (0, 2), said.err
    assert "Traceback" not in said.err
    if said.code == 2:
        assert said.out == ""
        assert PLACE.search(said.err), said.err
    else:
        assert said.out.startswith(f"{name}: ok: ")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("kind", KINDS)
def test_right_file_with_values_and_keys_changed_is_right_or_refused(kind: str) -> None:
    name = KINDS[kind]
    whole = read_tree(name).plain()

    @LIGHT
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        Path(name).write_text(json.dumps(changed(data, whole), ensure_ascii=False, indent=1), "utf-8", "surrogatepass")
        is_right_or_refused(name, outcome("validate", name))

    holds()


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("kind", KINDS)
def test_right_file_with_bytes_changed_is_right_or_refused(kind: str) -> None:
    name = KINDS[kind]
    whole = FILES[name].encode()

    @LIGHT
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(whole)))
        cut = data.draw(st.sampled_from([0, 0, 1, 3, 40]))
        new = data.draw(
            st.one_of(
                st.binary(max_size=4), st.sampled_from([b"\n", b" ", b": ", b"- ", b"{", b"]", b"'", b"*a", b"&a "])
            )
        )
        Path(name).write_bytes(whole[:at] + new + whole[at + cut :])
        is_right_or_refused(name, outcome("validate", name))

    holds()


def made_of(schema: Any, definitions: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Documents of a schema as deep as is sensible, now and then with something odd in it."""
    odd = st.sampled_from(ODD)
    if not isinstance(schema, dict) or depth > 7:
        return odd
    if "$ref" in schema:
        return st.deferred(lambda: made_of(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions, depth + 1))
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return st.one_of([made_of(each, definitions, depth + 1) for each in choices])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    kind = schema.get("type")
    if kind == "object":
        own = {key: made_of(each, definitions, depth + 1) for key, each in schema.get("properties", {}).items()}
        needed = {key: own[key] for key in schema.get("required", ()) if key in own}
        fixed = st.fixed_dictionaries(needed, optional={key: each for key, each in own.items() if key not in needed})
        others = schema.get("additionalProperties")
        if not isinstance(others, dict):
            return fixed
        more = st.dictionaries(
            st.sampled_from(["a", "harbin", "post"]), made_of(others, definitions, depth + 1), max_size=2
        )
        return st.builds(lambda one, two: {**two, **one}, fixed, more)
    if kind == "array":
        return st.lists(made_of(schema.get("items", {}), definitions, depth + 1), max_size=2)
    plain = {
        "number": st.sampled_from([0, 1, 0.5, 30]),
        "integer": st.sampled_from([0, 1, 7]),
        "boolean": st.booleans(),
    }
    words = st.sampled_from(["a", "harbin", "post", "2016-05-01", "1 h", "3 CNY", "10 %", "5 kg", "tiny.yaml"])
    return st.one_of(plain.get(str(kind), words), plain.get(str(kind), words), odd)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("kind", KINDS)
def test_document_made_from_the_schema_is_right_or_refused(kind: str) -> None:
    name, schema = KINDS[kind], json.loads(schema_text(kind))
    documents = made_of(schema, schema.get("$defs", {}))

    @LIGHT
    @given(documents)
    def holds(document: Any) -> None:
        own = {kind: Path(name).stem} | ({} if kind == "scenario" else {"base": "tiny.yaml"})
        whole = {**document, **own} if isinstance(document, dict) else document
        Path(name).write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8", "surrogatepass")
        is_right_or_refused(name, outcome("validate", name))

    holds()


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_file_with_values_and_keys_changed_is_right_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for folder in ("corridors", "interventions", "disruptions", "siting"):
        (tmp_path / "scenarios" / folder).mkdir(parents=True)
    for file in (ROOT / "scenarios").rglob("*.yaml"):
        if (target := tmp_path / file.relative_to(ROOT)).parent.is_dir():
            target.write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    whole = read_tree(name).plain()

    @LIGHT
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        Path(name).write_text(json.dumps(changed(data, whole), ensure_ascii=False, indent=1), "utf-8", "surrogatepass")
        is_right_or_refused(name, outcome("validate", name))

    holds()
