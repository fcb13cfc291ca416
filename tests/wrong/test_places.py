"""What is no file, or no text of YAML, wherever a file is named: on the command line, as a base, in a folder."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from wrong.library import FILES, RANKING, SITING, SORTERS, SWEEP, TINY, outcome

pytestmark = pytest.mark.usefixtures("library")
YAMLS = [name for name in FILES if name.endswith(".yaml")]
BOMB = "\n".join(["a0: &a0 [x, x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30))])
CONTENTS: dict[str, bytes] = {
    "empty": b"",
    "only a comment": b"# nothing\n",
    "a mark of byte order and no more": b"\xef\xbb\xbf",
    "NUL": TINY.replace("seed: 7", "seed: \0").encode(),
    "many NULs": bytes(10_000),
    "UTF-16": TINY.encode("utf-16"),
    "UTF-16 without a mark": TINY.encode("utf-16-le"),
    "UTF-32": TINY.encode("utf-32"),
    "latin-1": TINY.replace("Ural", "Oural \xe9").encode("latin-1"),
    "GB18030": TINY.replace("Ural", "乌拉尔").encode("gb18030"),
    "half of a character": TINY.encode() + "乌".encode()[:2],
    "overlong": b"scenario: \xc0\xaf\n",
    "surrogates": b"scenario: \xed\xa0\x80\n",
    "tabs": TINY.replace("    place:", "\tplace:").encode(),
    "carriage returns alone": TINY.replace("\n", "\r").replace("seed: 7", "seed: x").encode(),
    "a list": b"- scenario: x\n",
    "a text": b"scenario",
    "JSON torn": b'{"scenario": "x", ',
    "two documents": TINY.encode() + b"---\n" + TINY.encode(),
    "another YAML": b"%YAML 1.1\n---\n" + TINY.encode(),
    "a directive": b"%TAG ! tag:example.org,2000:\n---\nscenario: !x y\n",
    "exploding aliases": BOMB.encode(),
    "aliases in a circle": b"scenario: &a {b: *a}\n",
    "an anchor twice": b"a: &x 1\nb: &x 2\n",
    "merge keys": TINY.replace("seed: 7", "<<: {seed: 7}").encode(),
    "nested lists": b"scenario: " + b"[" * 1_000_000,
    "nested mappings": b"scenario: " + b"{a: " * 200_000,
    "nested blocks": "".join(" " * i + "a:\n" for i in range(2000)).encode(),
    "nested sequences": b"- " * 400_000,
    "a long key": b"a" * 200_000 + b": 1\n",
    "many keys": "".join(f"k{i}: 1\n" for i in range(100_000)).encode(),
    "many wrong keys": TINY.encode() + "".join(f"k{i}: 1\n" for i in range(3_000)).encode(),
    "a number of a million digits": TINY.replace("seed: 7", f"seed: {'7' * 1_000_000}").encode(),
    "a text of a million characters": TINY.replace("title: Two", f"title: {'Two' * 300_000}").encode(),
    "an unclosed quote": TINY.replace("title: ", 'title: "').encode(),
    "a block text that never ends": b"scenario: |\n" + b"  x\n" * 300_000,
    "a tag that runs": b"scenario: !!python/object/apply:os.system [ls]\n",
    "escape sequences": b'scenario: "\\e[31m"\n',
    "a hundred megabytes": b"",
}
LARGEST = 100_000_000


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("kind", ["scenarios/tiny.yaml", "scenarios/sweeps/trial.yaml"])
def test_file_that_holds_no_description_is_refused_at_once(kind: str, name: str) -> None:
    if name == "a hundred megabytes":
        with Path(kind).open("wb") as file:
            file.truncate(LARGEST)
    else:
        Path(kind).write_bytes(CONTENTS[name])
    said = outcome("validate", kind)
    assert (said.code, said.out) == (2, ""), said.err
    assert said.err.startswith(f"{kind}:")
    assert "Traceback" not in said.err
    assert "\x1b" not in said.err
    assert len(said.err) < 2_000_000


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def circle(path: Path) -> None:
    path.symlink_to(path)


def nowhere(path: Path) -> None:
    path.symlink_to("nothing-of-that-name")


def locked(path: Path) -> None:
    path.write_text(TINY, "utf-8")
    path.chmod(0)


THINGS = [folder, pipe, endless, circle, nowhere]
Make = Callable[[Path], None]


@pytest.mark.parametrize("make", THINGS)
@pytest.mark.parametrize("name", YAMLS[:1] + YAMLS[3:])
def test_what_is_no_file_is_refused_wherever_it_stands_in_the_library(make: Make, name: str) -> None:
    Path(name).unlink()
    make(Path(name))
    said = outcome("validate", name)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"{name}:1:1: error: no")


@pytest.mark.parametrize("make", THINGS)
@pytest.mark.parametrize(
    "text",
    [
        TINY.replace("scenario: tiny", "scenario: other\nbase: strange.yaml"),
        SORTERS.replace("base: tiny.yaml", "base: strange.yaml"),
        SWEEP.replace("base: tiny.yaml", "base: strange.yaml"),
        RANKING.replace("base: tiny.yaml", "base: strange.yaml"),
        SITING.replace("base: tiny.yaml", "base: strange.yaml"),
    ],
    ids=["scenario", "intervention", "sweep", "ranking", "siting"],
)
def test_base_that_is_no_file_is_refused_where_it_is_named(make: Make, text: str) -> None:
    make(Path("scenarios/strange.yaml"))
    name = text.split(":")[1].split()[0]
    Path(f"scenarios/{name}.yaml").write_text(text, "utf-8")
    said = outcome("validate", f"scenarios/{name}.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"scenarios/{name}.yaml:")
    assert "strange.yaml" in said.err
    assert "Error" not in said.err


@pytest.mark.parametrize("make", THINGS)
def test_corridor_and_intervention_that_are_no_files_are_named(make: Make) -> None:
    make(Path("scenarios/corridors/strange.yaml"))
    make(Path("scenarios/interventions/odd.yaml"))
    for line, named in (("corridors: [strange]", "corridors/strange.yaml"), ("interventions: [odd]", "odd")):
        Path("scenarios/other.yaml").write_text(TINY.replace("scenario: tiny", f"scenario: other\n{line}"), "utf-8")
        said = outcome("validate", "scenarios/other.yaml")
        assert (said.code, said.out) == (2, "")
        assert named in said.err
        assert "Error" not in said.err


@pytest.mark.parametrize("make", THINGS)
def test_table_of_the_evidence_that_is_no_file_is_named(make: Make) -> None:
    from sim.ledger.evidence import evidence_in

    evidence_in.cache_clear()
    Path("calibration/evidence/published.csv").unlink()
    make(Path("calibration/evidence/published.csv"))
    said = outcome("sources", "P1")
    assert (said.code, said.out) == (2, "")
    assert "calibration/evidence/published.csv:1:1: error: no" in said.err


@pytest.mark.parametrize("make", THINGS)
def test_table_of_a_posterior_that_is_no_file_is_named(make: Make) -> None:
    Path("calibration/posterior/toy-numbers.csv").unlink()
    make(Path("calibration/posterior/toy-numbers.csv"))
    said = outcome("validate", "scenarios/drawn.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("scenarios/drawn.yaml:5:13: error: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_that_may_not_be_read_is_refused() -> None:
    locked(Path("scenarios/mine.yaml"))
    said = outcome("validate", "scenarios/mine.yaml")
    assert (said.code, said.err) == (2, "scenarios/mine.yaml:1:1: error: the file cannot be read: Permission denied\n")


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "/",
        "nowhere.yaml",
        "scenarios",
        "scenarios/tiny.yaml/x",
        "a" * 300,
        "/dev/null",
        "-",
        "~",
        "%s%n",
        "x\ny",
    ],
)
@pytest.mark.parametrize(
    "command", ["validate", "run", "sweep", "rank", "site", "explain", "report", "sources", "sensitivity"]
)
def test_name_of_no_file_is_refused_by_every_command(command: str, name: str) -> None:
    before = sorted(Path().rglob("*"))
    said = outcome(command, name)
    assert (said.code, said.out) == (2, ""), said.err
    assert "Error:" not in said.err.replace("Error: Invalid value", "").replace("Error: No such", "")
    assert "Traceback" not in said.err
    assert sorted(Path().rglob("*")) == before, "nothing is written"


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "scenarios/tiny.yaml", "oficers"),
        ("compare", "scenarios/tiny.yaml", "officers+officers"),
        ("compare", "scenarios/tiny.yaml", "officers", "officers"),
        ("compare", "scenarios/tiny.yaml", "scenarios/tiny.yaml"),
        ("compare", "scenarios/tiny.yaml", "scenarios/none.yaml"),
        ("compare", "scenarios/none.yaml", "officers"),
        ("compare", "scenarios/sweeps/trial.yaml", "officers"),
        ("compare", "scenarios/tiny.yaml", "officers", "--precision", "nan"),
        ("compare", "scenarios/tiny.yaml", "officers", "--precision", "-5%"),
        ("compare", "scenarios/tiny.yaml", "officers", "--replications", "0"),
        ("compare", "scenarios/tiny.yaml", "officers", "--objective", "money"),
        ("compare", "scenarios/tiny.yaml", "+"),
        ("compare", "scenarios/tiny.yaml", ""),
        ("run", "scenarios/sweeps/trial.yaml"),
        ("run", "scenarios/tiny.yaml", "--seed", "1e3"),
        ("run", "scenarios/tiny.yaml", "--seed", "9" * 40),
        ("run", "scenarios/tiny.yaml", "--replications", "10001"),
        ("run", "scenarios/tiny.yaml", "--workers", "-1"),
        ("explain", "officerz", "--base", "scenarios/tiny.yaml"),
        ("explain", "scenarios/tiny.yaml", "officerz"),
        ("explain", "officers", "--base", "scenarios/none.yaml"),
        ("sources", "scenarios/told.yaml", "stations.sortign"),
        ("sources", "P9"),
        ("sources", "scenarios/told.yaml", "--status", "guessed"),
        ("sources", "scenarios/told.yaml", "--csv", "numbers.txt"),
        ("sources", "scenarios/told.yaml", "scenarios/tiny.yaml"),
        ("sources", "scenarios/tiny.yaml", "--variance", "beauty"),
        ("sources", "scenarios/tiny.yaml", "--variance", "placed", "--route", "mail"),
        ("sweep", "scenarios/tiny.yaml"),
        ("sweep", "scenarios/sweeps/trial.yaml", "--measure", "beauty"),
        ("sweep", "scenarios/sweeps/trial.yaml", "--status", "results"),
        ("sweep",),
        ("sweep", "--status", "nowhere"),
        ("rank", "scenarios/tiny.yaml"),
        ("rank", "scenarios/rankings/choice.yaml", "--budget-cny", "-1"),
        ("rank", "scenarios/rankings/choice.yaml", "--budget-cny", "nan"),
        ("rank", "scenarios/rankings/choice.yaml", "--budget-cny", "inf"),
        ("rank", "scenarios/rankings/choice.yaml", "--replications", "4"),
        ("rank", "scenarios/rankings/choice.yaml", "--objective", "benefit-cost"),
        ("site", "scenarios/siting/small.yaml", "--choose", "0"),
        ("site", "scenarios/siting/small.yaml", "--choose", "9"),
        ("site", "scenarios/siting/small.yaml", "--choose", "2-1"),
        ("site", "scenarios/siting/small.yaml", "--choose", "x"),
        ("site", "scenarios/siting/small.yaml", "--choose", "9" * 5000),
        ("site", "scenarios/siting/small.yaml", "--objective", "coverage"),
        ("site", "scenarios/siting/small.yaml", "--objective", "coverage", "--within", "far"),
        ("sensitivity", "scenarios/tiny.yaml", "--measure", "beauty"),
        ("sensitivity", "scenarios/tiny.yaml", "--points", "7"),
        ("sensitivity", "scenarios/tiny.yaml", "--plan", "oficers"),
        ("sensitivity", "scenarios/tiny.yaml", "--route", "mail"),
        ("sensitivity", "scenarios/tiny.yaml", "--route", "mail", "--match", "x"),
        ("discover", "scenarios", "--where", "placed > 1"),
        ("discover", "nowhere", "--where", "placed > 1"),
        ("schema", "beauty"),
        ("beauty",),
        ("validate",),
        ("validate", "--beauty"),
    ],
    ids=lambda arguments: " ".join(arguments)[:60],
)
def test_arguments_that_cannot_be_are_refused_before_anything_runs(
    arguments: tuple[str, ...],
) -> None:
    before = sorted(Path().rglob("*"))
    said = outcome(*arguments)
    assert said.code == 2, said.err
    assert said.out == "" or "Usage:" in said.out
    assert said.err or said.out
    assert "Traceback" not in said.err
    assert "--debug to see where" not in said.err
    assert sorted(Path().rglob("*")) == before, "nothing is written"
