"""From files to models: what is read, what is refused, where each message points, and how layers and sources work."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.errors import AbsurdScenarioError, Problem, ScenarioError
from sim.reading import Tree, build, overlay, problem_at, read_tree, union, unwrap_sources
from sim.reading.core_schema import kind_of
from sim.ticks import DAY, HOUR
from sim.units import Duration, Mass, MonthDay, Share

Writer = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """Write a file into the working folder, so that messages name it without its folder."""
    monkeypatch.chdir(tmp_path)

    def _write(text: str | bytes, name: str = "a.yaml") -> Path:
        data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
        Path(name).write_bytes(data)
        return Path(name)

    return _write


def problems_of(act: Callable[[], object]) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        act()
    return caught.value.problems


def heads(act: Callable[[], object]) -> list[str]:
    """The first line of each problem, without the word error."""
    return [str(problem).splitlines()[0].replace(" error:", "") for problem in problems_of(act)]


def mapping_or_problems(path: Path) -> Tree | list[Problem]:
    """What reading any file must come to; nothing else may escape."""
    try:
        tree = read_tree(path)
    except ScenarioError as error:
        return error.problems
    return tree if tree.is_mapping else []


# --- the strict reader ------------------------------------------------------------------------------------------------


def test_plain_data_are_read_with_their_places(write: Writer) -> None:
    tree = read_tree(write("a: 1\nb:\n  - x\n  - {c: 1.5, d: null}\ne: [true, 2016-11-12, 08:00, yes, 0x10, 010]\n"))
    assert tree.plain() == {
        "a": 1,
        "b": ["x", {"c": 1.5, "d": None}],
        "e": [True, "2016-11-12", "08:00", "yes", 16, 10],
    }
    c = tree.children["b"].items[1].children["c"]
    assert (str(c.mark), str(c.key_mark), c.mark.source_line) == ("a.yaml:4:9", "a.yaml:4:6", "  - {c: 1.5, d: null}")


def test_year_can_be_a_key(write: Writer) -> None:
    assert read_tree(write("2016: 1\n'2017': 2\n")).plain() == {"2016": 1, "2017": 2}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "a.yaml:1:1: the file is empty; a mapping of keys is expected"),
        ("# nothing\n", "a.yaml:1:1: the file is empty; a mapping of keys is expected"),
        ("- a\n", "a.yaml:1:1: a list stands at the top; a mapping of keys is expected"),
        ("just words\n", "a.yaml:1:1: 'just words' stands at the top; a mapping of keys is expected"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2:1: a second document starts here; a file holds one"),
        ("%YAML 1.1\n---\na: 1\n", "a.yaml:2:1: the file declares another YAML than 1.2"),
        ("a:\n\tb: 1\n", "a.yaml:2:1: a tab stands where YAML takes only spaces"),
        ("a: b: c\n", "a.yaml:1:5: a ':' stands where no key can be (wrong indentation, or a text to quote)"),
        ("a: 'x\n", "a.yaml:1:4: the quoted text that starts here is never closed"),
        ("a:\n  b: 1\n c: 2\n", "a.yaml:3:2: the indentation does not match the lines above"),
        ("a: 1\nb: \x07\n", "a.yaml:2:4: the character U+0007 cannot stand in YAML"),
        ('a: "\\UFFFFFFFF"\n', "a.yaml:1:1: the file has an escape ('\\U…') that is no character"),
        ('a: "\\ud800"\n', "a.yaml:1:4: half of a surrogate pair is no character [a]"),
        ("a: *x\n", "a.yaml:1:4: '*x' names no anchor above it [a]"),
        ("a: &x 1\nb: &x 2\n", "a.yaml:2:4: the anchor '&x' is defined twice [b]"),
        ("a: &x [1, *x]\n", "a.yaml:1:11: '*x' stands inside '&x' itself [a.1]"),
        ("a: &x {b: *x}\n", "a.yaml:1:11: '*x' stands inside '&x' itself [a.b]"),
        ("<<: {a: 1}\n", "a.yaml:1:1: merge keys ('<<') are not part of YAML 1.2; write the keys out"),
        ("? [1]\n: 2\n", "a.yaml:1:3: a key must be a text"),
        ("true: 2\n", "a.yaml:1:1: the key true is not a text; put it in quotes"),
        ("a: .nan\n", "a.yaml:1:4: .nan is not a finite number [a]"),
        ("a: -.inf\n", "a.yaml:1:4: -.inf is not a finite number [a]"),
        ("a: 1e400\n", "a.yaml:1:4: '1e400' is too large a number [a]"),
        ("a: !!int x\n", "a.yaml:1:4: 'x' is tagged as int and is none [a]"),
        (f"a: {'9' * 5000}\n", "a.yaml:1:4: a number of more than 40 digits [a]"),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "a.yaml:1:4: the tag !!python/object/apply:os.system is refused; a file holds plain data only [a]",
        ),
        ("a: !env HOME\n", "a.yaml:1:4: the tag !env is refused; a file holds plain data only [a]"),
        ("a: !!timestamp 2016-11-12\n", "a.yaml:1:4: the tag !!timestamp is refused; a file holds plain data only [a]"),
    ],
)
def test_what_a_description_has_no_need_of_is_refused(write: Writer, text: str, expected: str) -> None:
    path = write(text.encode())
    assert heads(lambda: read_tree(path)) == [expected]


def test_every_duplicate_key_is_reported_with_the_line_of_the_first(write: Writer) -> None:
    path = write("a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\na: 3\n")
    assert heads(lambda: read_tree(path)) == [
        "a.yaml:2:17: duplicate key 'c', first at line 2 [b.c]",
        "a.yaml:3:1: duplicate key 'a', first at line 1 [a]",
        "a.yaml:4:1: duplicate key 'a', first at line 1 [a]",
    ]


def test_alias_repeats_what_was_anchored_and_keeps_its_place(write: Writer) -> None:
    tree = read_tree(write("a: &x {n: 1}\nb: *x\n"))
    assert tree.plain() == {"a": {"n": 1}, "b": {"n": 1}}
    assert str(tree.children["b"].children["n"].mark) == "a.yaml:1:11"
    assert str(tree.children["b"].key_mark) == "a.yaml:2:1"


def test_exploding_aliases_are_refused_before_they_expand(write: Writer) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    path = write("\n".join(lines))
    assert heads(lambda: read_tree(path)) == ["a.yaml:5:45: the file expands to more than 100,000 values [a4.7]"]


@pytest.mark.parametrize(("opening", "col"), [("[", 64), ("{a: ", 244)])
def test_deep_nesting_is_refused_without_exhausting_the_stack(write: Writer, opening: str, col: int) -> None:
    path = write("a: " + opening * 100_000)
    [problem] = problems_of(lambda: read_tree(path))
    assert problem.message == "nested deeper than 60 levels"
    assert (problem.line, problem.col) == (1, col)


def test_depth_counts_what_aliases_bring(write: Writer) -> None:
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 80)]
    path = write("\n".join(lines))
    assert heads(lambda: read_tree(path)) == ["a.yaml:60:12: nested deeper than 60 levels [a59.0]"]


def test_large_file_is_refused_before_it_is_parsed(write: Writer) -> None:
    path = write(b"a: " + b"x" * 5_000_000)
    assert heads(lambda: read_tree(path)) == ["a.yaml:1:1: the file is larger than 5,000,000 bytes"]


def test_byte_order_mark_is_no_part_of_the_first_key(write: Writer) -> None:
    tree = read_tree(write(b"\xef\xbb\xbfa: 1\n"))
    assert tree.plain() == {"a": 1}
    assert str(tree.children["a"].key_mark) == "a.yaml:1:1"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("a: 1\nb: café\n".encode("latin-1"), "a.yaml:2:7: the byte 0xe9 is not UTF-8; save the file as UTF-8"),
        ("a: 1\n".encode("utf-16"), "a.yaml:1:1: the byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"a: 1\n\xe9", "a.yaml:2:1: the byte 0xe9 is not UTF-8; save the file as UTF-8"),
    ],
)
def test_other_encodings_are_refused_at_the_first_strange_byte(write: Writer, data: bytes, expected: str) -> None:
    path = write(data)
    assert heads(lambda: read_tree(path)) == [expected]


def test_what_is_no_file_is_refused(write: Writer) -> None:
    write("a: 1\n")
    Path("folder").mkdir()
    assert heads(lambda: read_tree("none.yaml")) == ["none.yaml:1:1: no such file"]
    assert heads(lambda: read_tree("folder")) == ["folder:1:1: not a file"]


def test_file_that_is_not_there_is_told_with_the_one_that_was_probably_meant(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    for name in ("harbin-baseline.yaml", "xinjiang-baseline.yaml", "harbin-baseline.md"):
        (tmp_path / "scenarios" / name).write_text("a: 1", "utf-8")

    def hint(name: str) -> str | None:
        with pytest.raises(ScenarioError) as error:
            read_tree(tmp_path / name)
        (problem,) = error.value.problems
        assert problem.message == "no such file"
        return problem.hint and problem.hint.replace(f"{tmp_path}/", "")

    meant = "did you mean 'scenarios/harbin-baseline.yaml'?"
    assert hint("scenarios/harbin-basline.yaml") == meant
    assert hint("scenaros/harbin-baseline.yaml") == meant, "a folder too"
    assert hint("scenaros/harbinbaseline.yaml") == meant
    assert hint("harbin-baseline.yaml") == meant, "in a folder below"
    assert hint("harbin-baseline") == meant, "without its ending"
    assert hint("scenarios/zzz.yaml") is None
    assert hint("*/?.yaml") is None


@given(data=st.binary(max_size=80))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "drawn.yaml"
    path.write_bytes(data)
    assert mapping_or_problems(path)


@given(text=st.text(alphabet="ab:- \n\t[]{}&*!'\"#|>?%@,<1.", max_size=60))
def test_no_text_crashes_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "drawn.yaml"
    path.write_text(text, encoding="utf-8")
    assert mapping_or_problems(path)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_one(number: float) -> None:
    assert kind_of(repr(number)) == "float"


# --- how a problem is shown -------------------------------------------------------------------------------------------


def test_problem_shows_place_path_line_caret_and_hint() -> None:
    problem = Problem(
        "a.yaml", 3, 5, "unknown key 'serverz'", "stations.x.serverz", "    serverz: 1", "did you mean 'servers'?"
    )
    assert str(problem).splitlines() == [
        "a.yaml:3:5: error: unknown key 'serverz' [stations.x.serverz]",
        "        serverz: 1",
        "        ^",
        "    hint: did you mean 'servers'?",
    ]


def test_caret_stands_right_under_wide_characters_and_tabs() -> None:
    lines = str(Problem("a.yaml", 1, 8, "m", source_line="\t哈尔滨: ab")).splitlines()
    assert lines[1:] == ["    \t哈尔滨: ab", "    \t" + " " * 9 + "^"]


def test_long_line_is_cut_around_the_column() -> None:
    lines = str(Problem("a.yaml", 1, 1001, "m", source_line="x" * 1000 + "!" + "y" * 1000)).splitlines()
    assert len(lines[1]) == 164
    assert lines[1][lines[2].index("^")] == "!"


def test_file_cannot_send_commands_to_the_terminal(write: Writer) -> None:
    path = write('"\\e[31mred": 1\n')
    shown = str(ScenarioError([problem_at(read_tree(path), ("\x1b[31mred",), "unknown key '\x1b[31mred'")]))
    assert "\x1b" not in shown
    assert "\\x1b[31mred" in shown


def test_problems_are_told_in_the_order_of_file_line_and_column() -> None:
    error = ScenarioError(
        [Problem("b", 1, 1, "4"), Problem("a", 2, 1, "3"), Problem("a", 1, 9, "2"), Problem("a", 1, 2, "1")]
    )
    assert [problem.message for problem in error.problems] == ["1", "2", "3", "4"]


def test_absurd_scenario_is_a_scenario_error_that_tells_the_estimate() -> None:
    error = AbsurdScenarioError("4e12 rows, 96 TB")
    assert isinstance(error, ScenarioError)
    assert str(error) == "error: refused before anything ran: 4e12 rows, 96 TB"


# --- layers -----------------------------------------------------------------------------------------------------------


def test_overlay_merges_mappings_replaces_the_rest_and_removes_with_null(write: Writer) -> None:
    base = read_tree(write("a: {x: 1, y: 2, z: {p: 1}}\nb: [1, 2]\nc: 3\n"))
    over = read_tree(write("a: {y: 3, z: {q: 2}}\nb: [9]\nc: null\nd: null\n", "over.yaml"))
    assert overlay(base, over).plain() == {"a": {"x": 1, "y": 3, "z": {"p": 1, "q": 2}}, "b": [9], "d": None}
    assert base.plain()["c"] == 3


def test_overlaid_values_keep_the_place_they_came_from(write: Writer) -> None:
    base = read_tree(write("a:\n  x: 1\n  y: 2\n"))
    merged = overlay(base, read_tree(write("# more\na: {y: 3}\n", "over.yaml")))
    places = {key: str(child.mark) for key, child in merged.children["a"].children.items()}
    assert places == {"x": "a.yaml:2:6", "y": "over.yaml:2:8"}
    assert str(problem_at(merged, ("a", "y"), "too many")).splitlines()[:2] == [
        "over.yaml:2:8: error: too many [a.y]",
        "    a: {y: 3}",
    ]


def test_overlay_replaces_sourced_values_whole(write: Writer) -> None:
    base = read_tree(write("a: {value: 1, published: A1}\nb: {value: {p: 1}, reported: r}\nc: 2\n"))
    over = read_tree(write("a: 5\nb: {p: 2}\nc: {value: 3, published: A2}\n", "over.yaml"))
    tree, sources = unwrap_sources(overlay(base, over))
    assert tree.plain() == {"a": 5, "b": {"p": 2}, "c": 3}
    assert {path: source.rows for path, source in sources.items()} == {("c",): ("A2",)}


def test_overlay_of_a_sourced_value_on_a_sourced_value_takes_nothing_of_the_first(write: Writer) -> None:
    base = read_tree(write("a: {value: 1, published: A1, note: old}\n"))
    over = read_tree(write("a: {value: 2, assumed: [1, 3], why: guess}\n", "over.yaml"))
    tree, sources = unwrap_sources(overlay(base, over))
    assert tree.plain() == {"a": 2}
    assert (sources["a",].status, sources["a",].note) == ("assumed", None)


def test_union_takes_what_both_say(write: Writer) -> None:
    first = read_tree(write("a: {x: 1, l: [1, {q: 2}]}\n"))
    second = read_tree(write("a: {l: [1, {q: 2}], y: 2}\nb: 3\n", "b.yaml"))
    assert union(first, second).plain() == {"a": {"x": 1, "l": [1, {"q": 2}], "y": 2}, "b": 3}


def test_union_reports_every_contradiction_with_both_places(write: Writer) -> None:
    first = read_tree(write("a: {x: 1, y: 2 d}\nb: [1]\nc: 1\n"))
    second = read_tree(write("a: {x: 1, y: 3 d}\nb: [2]\nc: true\n", "b.yaml"))
    assert heads(lambda: union(first, second)) == [
        "b.yaml:1:14: '3 d' contradicts '2 d' at a.yaml:1:14 [a.y]",
        "b.yaml:2:1: this list contradicts this list at a.yaml:2:1 [b]",
        "b.yaml:3:4: true contradicts 1 at a.yaml:3:4 [c]",
    ]


def test_union_keeps_the_source_that_one_of_two_equal_values_has(write: Writer) -> None:
    first = read_tree(write("a: 1\n"))
    second = read_tree(write("a: {value: 1, published: A1}\n", "b.yaml"))
    assert unwrap_sources(union(first, second))[1]["a",].rows == ("A1",)


# --- sources ----------------------------------------------------------------------------------------------------------


def test_sources_are_taken_off_their_values(write: Writer) -> None:
    text = """\
    a: {value: 21.9 t, published: A028}
    b: {value: 9488400, reported: [hlj.parcels.2016, hlj.parcels.2017], note: two counts}
    c: {value: 21.9 t, derived: "2106 / 96", from: [A008]}
    d: {value: 12, assumed: [6, 30 d], why: "nobody counts"}
    e: [{value: {p: 1, q: [2]}, assumed: "+-50 %", why: "as above"}, 7]
    """
    tree, sources = unwrap_sources(read_tree(write(text)))
    assert tree.plain() == {"a": "21.9 t", "b": 9488400, "c": "21.9 t", "d": 12, "e": [{"p": 1, "q": [2]}, 7]}
    assert [(path, source.status, source.rows) for path, source in sources.items()] == [
        (("a",), "published", ("A028",)),
        (("b",), "reported", ("hlj.parcels.2016", "hlj.parcels.2017")),
        (("c",), "derived", ("A008",)),
        (("d",), "assumed", ()),
        (("e", 0), "assumed", ()),
    ]
    assert (sources["b",].note, sources["c",].formula) == ("two counts", "2106 / 96")
    assert (sources["d",].range, sources["d",].why) == ((6, "30 d"), "nobody counts")
    assert sources["e", 0].range == "+-50 %"
    assert (str(tree.children["a"].mark), str(tree.children["a"].key_mark)) == ("a.yaml:1:12", "a.yaml:1:1")


def test_key_named_value_alone_is_an_ordinary_key(write: Writer) -> None:
    tree = read_tree(write("a: {value: 1, currency: CNY}\n"))
    assert unwrap_sources(tree) == (tree, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{value: 1, assumed: [1, 2]}", "a.yaml:1:1: a value that is assumed needs the key 'why' [a.why]"),
        ("{value: 1, derived: 2 / 2}", "a.yaml:1:1: a value that is derived needs the key 'from' [a.from]"),
        ("{value: 1, derived: 2, from: A1}", "a.yaml:1:24: 2 is not a text [a.derived]"),
        ("{value: 1, derived: x, from: []}", "a.yaml:1:27: no row of the evidence is named [a.from]"),
        ("{value: 1, published: 28}", "a.yaml:1:26: 28 is not the name of a row of the evidence [a.published]"),
        (
            "{value: 1, assumed: [1], why: x}",
            "a.yaml:1:15: a range is written as [low, high] or as '+-50 %' [a.assumed]",
        ),
        ("{value: 1, assumed: 5, why: x}", "a.yaml:1:24: a range is written as [low, high] or as '+-50 %' [a.assumed]"),
        ("{value: 1, assumed: [1, 2], why: ''}", "a.yaml:1:37: '' is not a text [a.why]"),
        (
            "{value: 1, reported: r, published: A1}",
            "a.yaml:1:28: a value has one status, and this one has reported and published [a.published]",
        ),
        ("{value: 1, published: A1, notes: x}", "a.yaml:1:30: unknown key 'notes' beside 'published' [a.notes]"),
        ("{value: 1, published: A1, why: x}", "a.yaml:1:30: unknown key 'why' beside 'published' [a.why]"),
        (
            "{value: {value: 1, published: A1}, published: A2}",
            "a.yaml:1:1: a value has one source, and this one has a second inside",
        ),
    ],
)
def test_source_that_is_not_written_as_one_is_refused(write: Writer, text: str, expected: str) -> None:
    tree = read_tree(write(f"a: {text}\n"))
    assert heads(lambda: unwrap_sources(tree)) == [expected]


def test_unknown_key_of_a_source_suggests_the_known_one(write: Writer) -> None:
    tree = read_tree(write("a: {value: 1, published: A1, notes: x}\n"))
    assert problems_of(lambda: unwrap_sources(tree))[0].hint == "did you mean 'note'?"


# --- models -----------------------------------------------------------------------------------------------------------


class Closed(BaseModel):
    model_config = ConfigDict(frozen=True)


class Flight(Closed):
    mode: Literal["air"]
    payload: Mass


class Truck(Closed):
    mode: Literal["road"]
    axles: int


class Spread(Closed):
    shape: Literal["uniform", "normal"]
    mean: Duration


class Station(Closed):
    servers: int = Field(ge=1)
    service: Duration | Spread = 0
    shares: tuple[Share, ...] = Field((), max_length=3)
    after: "Station | None" = None


class Wrapped(Closed):
    parts: tuple[Duration, ...]

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"parts": [data]}


class Network(Closed):
    name: str = Field("x", max_length=5)
    start: date | None = None
    stations: dict[Annotated[str, Field(pattern="^[a-z-]+$")], Station] = {}
    lanes: list[Annotated[Flight | Truck, Field(discriminator="mode")]] = []
    peak: MonthDay | Literal["lunar-new-year"] | None = None
    from_: int | None = Field(None, alias="from")
    wrapped: Wrapped | None = None
    is_open: bool = True

    @model_validator(mode="after")
    def _not_closed(self) -> "Network":
        if not self.is_open:
            raise ValueError("a closed network carries nothing")
        return self


def network(write: Writer, text: str) -> Network:
    return build(Network, read_tree(write(text)))


def test_model_is_built_from_lists_dates_and_units(write: Writer) -> None:
    text = """\
    start: 2016-11-12
    stations: {a: {servers: 2, service: 3 h, shares: [5 %, 0.95], after: {servers: 1}}}
    lanes: [{mode: air, payload: 21.9 t}, {mode: road, axles: 3}]
    peak: 11-11
    from: 3
    wrapped: 2 d
    """
    built = network(write, text)
    assert built.start == date(2016, 11, 12)
    assert built.stations["a"] == Station(servers=2, service="3 h", shares=(0.05, 0.95), after=Station(servers=1))
    assert built.lanes == [Flight(mode="air", payload=21_900_000), Truck(mode="road", axles=3)]
    assert (built.peak, built.from_) == ((11, 11), 3)
    assert built.wrapped is not None
    assert built.wrapped.parts == (2 * DAY,)
    assert built.stations["a"].service == 3 * HOUR


@pytest.mark.parametrize(
    ("text", "expected", "hint"),
    [
        ("stationz: {}", "a.yaml:1:1: unknown key 'stationz' [stationz]", "did you mean 'stations'?"),
        ("form: 3", "a.yaml:1:1: unknown key 'form' [form]", "did you mean 'from'?"),
        (
            "stations: {a: {servers: 1, serverz: 2}}",
            "a.yaml:1:28: unknown key 'serverz' [stations.a.serverz]",
            "did you mean 'servers'?",
        ),
        (
            "stations: {a: {servers: 1, after: {servers: 1, zzz: 1}}}",
            "a.yaml:1:48: unknown key 'zzz' [stations.a.after.zzz]",
            "known here: servers, service, shares, after",
        ),
        (
            "lanes: [{mode: air, payload: 1, payloads: 3}]",
            "a.yaml:1:33: unknown key 'payloads' [lanes.0.payloads]",
            "did you mean 'payload'?",
        ),
        ("stations: {a: {}}", "a.yaml:1:12: the key 'servers' is missing [stations.a.servers]", None),
        ("lanes: [{mode: air}]", "a.yaml:1:9: the key 'payload' is missing [lanes.0.payload]", None),
        ("lanes: [{payload: 3}]", "a.yaml:1:9: the key 'mode' is missing [lanes.0.mode]", None),
        (
            "lanes: [{mode: rood, axles: 2}]",
            "a.yaml:1:16: 'rood' is not a known mode; one of 'air' or 'road' is expected [lanes.0.mode]",
            "did you mean 'road'?",
        ),
        ("lanes: 3", "a.yaml:1:8: a list is expected, not 3 [lanes]", None),
        ("stations: []", "a.yaml:1:1: a mapping of keys is expected, not a list [stations]", None),
        (
            "stations: {a: {servers: 0}}",
            "a.yaml:1:25: 0 is out of bounds; at least 1 is expected [stations.a.servers]",
            None,
        ),
        (
            "stations: {a: {servers: '3'}}",
            "a.yaml:1:25: a whole number is expected, not '3' [stations.a.servers]",
            None,
        ),
        (
            "stations: {a: {servers: 2.5}}",
            "a.yaml:1:25: a whole number is expected, not 2.5 [stations.a.servers]",
            None,
        ),
        (
            "stations: {a: {servers: true}}",
            "a.yaml:1:25: a whole number is expected, not true [stations.a.servers]",
            None,
        ),
        ("is_open: 1", "a.yaml:1:10: true or false is expected, not 1 [is_open]", None),
        ("name: 3", "a.yaml:1:7: a text is expected, not 3 [name]", None),
        ("name: harbin", "a.yaml:1:7: at most 5 characters are expected, not 6 [name]", None),
        ("start: 2016-13-12", "a.yaml:1:8: a date such as 2016-11-12 is expected, not '2016-13-12' [start]", None),
        (
            "stations: {A B: {servers: 1}}",
            "a.yaml:1:12: the key 'A B' is not a text of the pattern ^[a-z-]+$ [stations.A B]",
            "did you mean 'a-b'?",
        ),
        (
            "stations: {a: {servers: 1, service: 3 kg}}",
            "a.yaml:1:37: '3 kg' is a mass; a duration is expected (for example 3 h) [stations.a.service]",
            None,
        ),
        (
            "wrapped: 3 hrs",
            "a.yaml:1:10: unknown unit 'hrs' in '3 hrs'; a duration takes us, ms, s, min, h, d or w [wrapped]",
            "did you mean 'h'?",
        ),
        (
            "stations: {a: {servers: 1, service: {shape: normall, mean: 1}}}",
            "a.yaml:1:45: 'normall' is not one of 'uniform' or 'normal' [stations.a.service.shape]",
            "did you mean 'normal'?",
        ),
        (
            "stations: {a: {servers: 1, shares: [0.1, 0.1, 0.1, 0.1]}}",
            "a.yaml:1:28: at most 3 entries are expected, not 4 [stations.a.shares]",
            None,
        ),
        (
            "stations: {a: {servers: 1, shares: [0.1, 2]}}",
            "a.yaml:1:42: 2 is out of bounds; a share at most 100 % is expected [stations.a.shares.1]",
            None,
        ),
        (
            "peak: 11-31",
            "a.yaml:1:7: '11-31' is not a month and day; write it as 11-11; '11-31' is not 'lunar-new-year' [peak]",
            None,
        ),
        ("wrapped: 3 kg", "a.yaml:1:10: '3 kg' is a mass; a duration is expected (for example 3 h) [wrapped]", None),
        ("is_open: false", "a.yaml:1:1: a closed network carries nothing", None),
    ],
)
def test_wrong_value_is_told_in_plain_words_at_its_place(
    write: Writer, text: str, expected: str, hint: str | None
) -> None:
    assert heads(lambda: network(write, text)) == [expected]
    assert problems_of(lambda: network(write, text))[0].hint == hint


def test_all_problems_are_told_at_once_in_their_order(write: Writer) -> None:
    text = "name: 3\nstations:\n  a:\n    serverz: 1\nlanes:\n  - mode: air\n    payload: 3 d\n"
    assert heads(lambda: network(write, text)) == [
        "a.yaml:1:7: a text is expected, not 3 [name]",
        "a.yaml:3:3: the key 'servers' is missing [stations.a.servers]",
        "a.yaml:4:5: unknown key 'serverz' [stations.a.serverz]",
        "a.yaml:7:14: '3 d' is a duration; a mass is expected (for example 3 g) [lanes.0.payload]",
    ]


def test_problem_after_an_overlay_names_the_file_of_the_value(write: Writer) -> None:
    base = read_tree(write("stations: {a: {servers: 1}}\nname: far too long\n"))
    over = read_tree(write("stations:\n  a: {servers: none}\n", "over.yaml"))
    assert heads(lambda: build(Network, overlay(base, over))) == [
        "a.yaml:2:7: at most 5 characters are expected, not 12 [name]",
        "over.yaml:2:16: a whole number is expected, not 'none' [stations.a.servers]",
    ]


def test_problem_at_a_path_that_is_not_there_points_to_its_closest_ancestor(write: Writer) -> None:
    tree: Tree = read_tree(write("a:\n  b: [1, {c: 2}]\n"))
    places = {
        path: problem_at(tree, path, "m") for path in [("a", "b", 1, "c"), ("a", "b", 1, "x"), ("a", "b", 7), ("z",)]
    }
    assert [(p.line, p.col, p.path) for p in places.values()] == [
        (2, 14, "a.b.1.c"),
        (2, 10, "a.b.1.x"),
        (2, 3, "a.b.7"),
        (1, 1, "z"),
    ]


def test_reading_imports_nothing_heavy() -> None:
    code = (
        "import sys, sim.reading; print([m for m in ('numpy', 'pandas', 'rich', 'numba', 'simpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
