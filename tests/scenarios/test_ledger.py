"""Every number of the shipped corridors says where it comes from, and the check that says so can fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from calibration.ledger import main
from sim.ledger import FormulaError, worked_out
from sim.ledger.amounts import amount

Check = Callable[[str], list[str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Write a corridor, run the ledger on it, and return the first line of each error."""
    monkeypatch.chdir(tmp_path)

    def check(text: str) -> list[str]:
        Path("a.yaml").write_text(text, "utf-8")
        code = main(["a.yaml"])
        lines = [line for line in capsys.readouterr().err.splitlines() if ": error: " in line]
        assert code == (1 if lines else 0)
        return [line.replace(" error:", "") for line in lines]

    return check


def test_every_number_of_the_shipped_corridors_interventions_and_disruptions_has_its_source(
    at_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    out, err = capsys.readouterr()
    library = at_root / "scenarios"
    folders = ("corridors", "interventions", "disruptions", "siting")
    shipped = [file for folder in folders for file in sorted(library.glob(f"{folder}/**/*.yaml"))]
    assert [line.split(":")[0] for line in out.splitlines()] == [str(file.relative_to(at_root)) for file in shipped]
    assert err == ""


def test_number_planted_into_the_harbin_corridor_is_found(at_root: Path, check: Check) -> None:
    text = (at_root / "scenarios" / "corridors" / "harbin.yaml").read_text("utf-8")
    where = "    service_class: express\n"
    assert text.count(where) == 1
    found = check(
        text.replace(where, where + "    priority: 3\n", 1).replace("    priority: {value: 0,", "    was: {value: 0,")
    )
    assert len(found) == 1
    assert "3 has no source" in found[0]
    assert found[0].endswith("[routes.harbin-express.priority]")


@pytest.mark.parametrize(
    "value", ["3", "0.5", "3 d", "5 %", "12 CNY + 60 CNY/kg", "Mon-Fri 08:00-20:00", "2016-01-01", '"20:00"', "11-11"]
)
def test_number_of_any_notation_without_a_source_is_an_error(check: Check, value: str) -> None:
    (found,) = check(f"stations: {{x: {{y: [{{z: {value}}}]}}}}\n")
    assert found.startswith("a.yaml:1:24: ")
    assert "has no source" in found
    assert found.endswith("[stations.x.y.0.z]")


@pytest.mark.parametrize("text", ["a: true", "a: harbin", "name: {en: Parcel 2 kg}", "hours: always", "a: null"])
def test_what_is_no_number_needs_no_source(check: Check, text: str) -> None:
    assert check(text + "\n") == []


def test_settings_of_a_run_need_no_source(check: Check) -> None:
    assert check("scenario: x\nseed: 3\nreplications: 4\nhorizon: {start: 2016-01-01, warm_up: 90 d}\n") == []
    assert check("scenario: x\ndiscount_rate: 0.08\n") != []


def test_file_of_nothing_but_a_number_is_told(check: Check) -> None:
    assert len(check("3\n")) == 1


def test_name_that_is_a_number_needs_its_source(check: Check) -> None:
    assert [line[:11] for line in check("name: {en: Parcel 2 kg, zh: 3}\n")] == ["a.yaml:1:29"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("value: 3 d, published: A028", None),
        ("value: 3 d, published: A28", "there is no row 'A28' in published.csv"),
        ("value: 3 d, published: [A028, hlj.parcels.2016]", "there is no row 'hlj.parcels.2016' in published.csv"),
        ("value: 3 d, reported: hlj.parcels.2016", None),
        ("value: 3 d, reported: A028", "there is no row 'A028' in reported.csv"),
        ("value: 21.9 t, derived: 2106 / 96, from: [A008]", None),
        ("value: 21.5 t, derived: 2106 / 96, from: A008", "the formula gives 21.9375, the value is '21.5 t'"),
        ("value: 22.2 t, derived: 2106 / 96, from: A008", None),
        ("value: 21.9 kg, derived: 2106 / 96, from: A999", "there is no row 'A999' in reported.csv or published.csv"),
        ("value: 5 %, derived: 2 + 3, from: A008", None),
        ("value: 0.05, derived: 2 + 3, from: A008", "the formula gives 5, the value is 0.05"),
        ("value: 0, derived: 1 / 10, from: A008", "the formula gives 0.1, the value is 0"),
        ("value: 1 d 12 h, derived: 3 / 2, from: A008", "'1 d 12 h' is not one number with one unit"),
        ("value: {a: 1}, derived: 1 + 0, from: A008", "a mapping is not one number with one unit"),
        ("value: 3, derived: 1 +, from: A008", "'1 +' is not a formula of numbers"),
        ("value: 3, derived: 1 / 0, from: A008", "'1 / 0' has no value"),
        ("value: 3 d, assumed: [2 d, 96 h], why: x", None),
        ("value: 5 d, assumed: [2 d, 96 h], why: x", "the value '5 d' lies outside its range [2 d, 96 h]"),
        ("value: 3 d, assumed: [4 d, 2 d], why: x", "the range [4 d, 2 d] ends below its beginning"),
        ("value: 3 d, assumed: [2, 4], why: x", "are not written in units of one kind"),
        ("value: 3 d, assumed: [2 d, 4 kg], why: x", "are not written in units of one kind"),
        ("value: 50 %, assumed: [0.4, 0.6], why: x", None),
        ("value: [1, 2], assumed: [0, 3], why: x", "[low, high] is the range of one number, and this is a list"),
        ("value: [1, 2], assumed: +-50 %, why: x", None),
        ("value: 3 d, assumed: [2 d, 4 d]", "a value that is assumed needs the key 'why'"),
        ("value: 3 d, assumed: [2 d, 4 d], why: ''", "'' is not a text"),
        ("value: 3 d, reported: hlj.parcels.2016, assumed: [1, 2]", "a value has one status"),
    ],
)  # fmt: skip
def test_source_is_what_it_says(check: Check, source: str, expected: str | None) -> None:
    found = check(f"x: {{{source}}}\n")
    assert (found == []) if expected is None else expected in found[0]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(4 + 6 + 7) / 3 + 4", 9.6666667),
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("max(1, 2.5) - min(3, 1)", 1.5),
    ],
)
def test_formula_is_worked_out(formula: str, value: float) -> None:
    assert worked_out(formula) == pytest.approx(value)


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('true')",
        "().__class__",
        "x + 1",
        "1 if 1 else 2",
        "[1][0]",
        "'a' * 9",
        "True + 1",
        "9 ** 9 ** 9 ** 9",
        "1e999",
        "(-8) ** 0.5",
        "1 // 2",
        "min()",
        "max(1, key=2)",
        "lambda: 1",
        "1, 2",
        "",
        "(" * 200,
        "1 + " * 90 + "1",
        "open('/etc/passwd')",
        "1 if __debug__ else 0",
    ],
)
def test_formula_can_be_nothing_but_arithmetic(formula: str) -> None:
    with pytest.raises(FormulaError):
        worked_out(formula)


def test_amount_keeps_the_number_as_written_and_its_size() -> None:
    found = amount("1.5e3 kg")
    assert found is not None
    assert (found.number, found.base, found.dimension) == (1500, 1_500_000, "mass")
    assert amount("12 CNY + 60 CNY/kg") is None
    assert amount("Mon-Fri 08:00-20:00") is None
