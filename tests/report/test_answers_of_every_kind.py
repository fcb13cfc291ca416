"""What a report answers, by what was found: one comparison of two plans, its table altered to every kind of outcome."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.language import LANGUAGES
from sim.report.answer import answer, best_plan, uncertainty
from sim.report.assumption_parts import assumptions_part
from sim.report.evidence import Report, reports, statuses
from sim.report.figures_of_plans import KINDS
from sim.report.results import NoResultError, Result, read_result
from sim.report.speaking import Speaking

ENDS = ("_low", "_high", "_half_width")
CLEAR_GAIN, CLEAR_LOSS, UNCLEAR = (100.0, 90.0, 110.0), (-100.0, -110.0, -90.0), (100.0, -50.0, 250.0)
Found = tuple[float, float, float]


def altered(folder: Path, manifest: dict[str, Any] | None = None, **of_lines: Found | float) -> Result:
    """The comparison with figures of the plan `lines`: (value, low, high) by kind, or a column as it is."""
    result = read_result(folder)
    plans = result.table("plans").copy()
    is_lines = plans["plan"] == "lines"
    for name, value in of_lines.items():
        if isinstance(value, tuple):
            column = KINDS[name.replace("_", "-")].column
            for ending, number in zip(("", *ENDS), (*value, 0.0), strict=True):
                plans.loc[is_lines, column + ending] = number
        else:
            plans.loc[is_lines, name] = value
    tables = {"plans": plans}
    return replace(result, manifest={**result.manifest, **(manifest or {})}, _read=tables)


def said(result: Result, language: str = "en") -> list[str]:
    return list(map(plain, answer(Speaking(result, language))))


def plain(text: str) -> str:
    """With spaces that may break."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def best(folder: Path, p_of_dear: float = 0.05, **found: Found | float) -> list[str]:
    """Sentences where `lines` is best with a probability of 0.8."""
    result = altered(folder, {"objective": "parcels"}, p_best=0.8, **found)
    plans = result.table("plans")
    plans.loc[plans["plan"] == "dear", "p_best"] = p_of_dear
    return said(result)


def test_best_plan_is_named_with_its_probability(comparison: Path) -> None:
    first, second, *_ = best(comparison, parcels=CLEAR_GAIN)
    assert first == 'Of 2 plans, "More lines" is best by parcels gained, with a probability of 80 %.'
    assert "It brings 100" in second
    assert "not clear of chance" not in second


def test_plan_that_may_be_best_instead_is_named_if_it_is_not_improbable(comparison: Path) -> None:
    sentences = best(comparison, p_of_dear=0.15, parcels=CLEAR_GAIN)
    assert sentences[1].startswith('It may also be "Dear')
    assert "15 %" in sentences[1]


def test_doing_nothing_is_best_where_no_plan_surely_brings_more(comparison: Path) -> None:
    result = altered(comparison, {"objective": "days"}, p_best=0.2)
    plans = result.table("plans")
    plans.loc[plans["plan"] == "dear", "p_best"] = 0.1
    assert best_plan(result) == result.base
    first, second, *_ = said(result)
    assert first == (
        "Doing nothing is best by days from door to door, with a probability of 70 %: no plan surely brings more."
    )
    assert second == 'The best of the plans is "More lines".'


def test_single_plan_is_held_against_doing_nothing(comparison: Path) -> None:
    result = altered(comparison, {"objective": "parcels"}, p_best=0.9)
    plans = result.table("plans")
    alone = replace(result, _read={"plans": plans[plans["plan"] == "lines"].reset_index(drop=True)})
    assert said(alone)[0] == '"More lines" is better than doing nothing by parcels gained, with a probability of 90 %.'


@pytest.mark.parametrize(
    ("days", "begins"),
    [
        ((2.0, 1.5, 2.5), "It saves 2.0 days"),
        ((-2.0, -2.5, -1.5), "It takes 2.0 days"),
        ((0.1, -0.5, 0.7), "The days from door to door stay the same as far as can be told"),
    ],
)
def test_days_are_saved_lost_or_the_same(comparison: Path, days: Found, begins: str) -> None:
    assert [each for each in best(comparison, days=days) if each.startswith(begins)]


def test_gain_that_may_be_chance_says_so(comparison: Path) -> None:
    assert any(each.endswith("This is not clear of chance.") for each in best(comparison, parcels=UNCLEAR))


@pytest.mark.parametrize(
    ("net", "says"),
    [
        (CLEAR_GAIN, "So it surely pays for itself."),
        (CLEAR_LOSS, "So it does not pay for itself."),
        (UNCLEAR, "Whether it pays for itself is not clear."),
    ],
)
def test_whether_a_plan_pays_is_said_by_its_net_benefit(comparison: Path, net: Found, says: str) -> None:
    found = {"cost": (50.0, 50.0, 50.0), "benefit": (150.0, 140.0, 160.0), "net_benefit": net}
    sentences = best(comparison, **found)
    assert says in sentences
    assert any(each.startswith("It costs CNY") and "its benefit is" in each for each in sentences)
    with_more = "Benefits surely exceed costs with" if net is CLEAR_GAIN else "With none of the 2 plans do benefits"
    assert any(each.startswith(with_more) for each in sentences)


def test_plan_that_costs_nothing_or_whose_benefit_is_unknown_is_not_weighed(comparison: Path) -> None:
    assert "No cost is described for it." in best(comparison, cost=(0.0, 0.0, 0.0))
    unknown = (float("nan"),) * 3
    sentences = best(comparison, cost=(5.0, 5.0, 5.0), benefit=unknown, net_benefit=unknown)
    assert any(each.startswith("It costs CNY") for each in sentences)
    assert not any("pay" in each for each in sentences)


def test_negative_benefit_is_explained(comparison: Path) -> None:
    sentences = best(comparison, cost=(5.0, 5.0, 5.0), benefit=CLEAR_LOSS, net_benefit=CLEAR_LOSS)
    assert any(each.startswith("A negative benefit means that someone") for each in sentences)


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ({"draws": 0}, "Intervals (95 %) are of the error of 2 replications alone: nothing uncertain was drawn."),
        ({"draws": 8}, "With fewer than 40 draws they are too narrow."),
        ({"draws": 40, "left_out": {"3": "why"}}, "It was cut short: 1 of the replications asked for are missing."),
    ],
)
def test_what_the_intervals_are_over_is_said(comparison: Path, manifest: dict[str, Any], says: str) -> None:
    found = uncertainty(Speaking(altered(comparison, manifest), "en"))
    assert says in found
    assert ("too narrow" in found) == (manifest["draws"] == 8)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_is_said_in_both_languages(comparison: Path, language: str) -> None:
    found = {"cost": (5.0, 5.0, 5.0), "benefit": CLEAR_GAIN, "net_benefit": CLEAR_GAIN, "days": CLEAR_LOSS}
    sentences = said(altered(comparison, {"draws": 8}, p_best=0.8, **found), language)
    is_chinese = [any("\u4e00" <= sign <= "\u9fff" for sign in each) for each in sentences]
    assert all(is_chinese) if language == "zh" else len(sentences) > 4


# -- where numbers come from -------------------------------------------------------------------------------------------


def sensitivity(result: Result, objective: str) -> Result:
    """With a table of which numbers move the difference."""
    table = pd.DataFrame(
        {
            "plan": ["lines"] * 2,
            "number": ["interventions.lines.measures.lines.servers", "stations.sorting.service.mean"],
            "low": [1.0, 0.2],
            "high": [3.0, 0.5],
            "moves": [1200.0, -30.0],
            "share_of_variance": [0.61, 0.02],
            "is_clear": ["yes", "no"],
        }
    )
    manifest = {**result.manifest, "draws": 40, "objective": objective}
    return replace(result, manifest=manifest, _read={**result._read, "sensitivity": table})


@pytest.mark.parametrize(("objective", "unit"), [("parcels", "parcels"), ("days", "days"), ("net-benefit", "CNY")])
def test_numbers_that_move_the_answer_stand_with_their_shares(
    comparison: Path, monkeypatch: pytest.MonkeyPatch, objective: str, unit: str
) -> None:
    monkeypatch.setattr(Result, "has", lambda *_: True)
    part = assumptions_part(Speaking(sensitivity(altered(comparison), objective), "en"))
    rows = part.tables[-1].rows
    assert [(plain(row[3]), row[4]) for row in rows] == [("61 %", "yes"), ("2.0 %", "no")]
    assert unit in rows[0][2]
    assert any(note.startswith("Shares of the variance of the difference over draws") for note in part.notes)


def test_too_few_draws_tell_nothing_of_which_number_matters(comparison: Path) -> None:
    part = assumptions_part(Speaking(altered(comparison, {"draws": 2}), "en"))
    assert any("cannot be told from 2 draws" in note for note in part.notes)


def test_files_that_changed_since_are_named_and_not_counted(run: Path) -> None:
    result = read_result(run)
    files = {"corridors/harbin.yaml": "0" * 64, **result.manifest.get("scenario_files", {})}
    changed = replace(result, manifest={**result.manifest, "scenario_files": files})
    assert statuses(changed).changed[0] == "corridors/harbin.yaml"
    notes = assumptions_part(Speaking(changed, "en")).notes
    assert any(note.startswith("Changed since, and so not counted: corridors/harbin.yaml") for note in notes)
    nothing = replace(result, manifest={**result.manifest, "scenario_files": {}})
    (first, *_) = assumptions_part(Speaking(nothing, "en")).sentences
    assert first.startswith("The scenario files are not there any more")


def test_report_holds_the_amount_between_two_by_its_own_error() -> None:
    months = ("2015-11", "2016-02")
    one = Report("what", "A001", "document", "t", 100.0, {}, months, "flows", "placed", {}, 0.1)
    low, high = one.interval
    assert (low, high) == (pytest.approx(82.2, abs=0.1), pytest.approx(121.65, abs=0.1))
    assert one.n_months == 4


def test_scenario_without_a_calibration_has_no_reports(comparison: Path) -> None:
    assert reports(read_result(comparison)) == []


# -- folders -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ({"program": "another"}, "is of another program"),
        ({"scenarios": {"tiny": 3}}, "holds no scenario"),
        ({"scenarios": {"tiny": {"scenario": "tiny"}}}, "may be of another version: run it again"),
        ([1, 2], "is no manifest"),
    ],
)
def test_folder_of_something_else_is_refused(comparison: Path, tmp_path: Path, manifest: Any, says: str) -> None:
    whole = json.loads((comparison / "manifest.json").read_text("utf-8"))
    said = {**whole, **manifest} if isinstance(manifest, dict) else manifest
    (tmp_path / "manifest.json").write_text(json.dumps(said), "utf-8")
    with pytest.raises(NoResultError, match=says):
        read_result(tmp_path)


def test_table_that_is_missing_or_no_file_is_named(comparison: Path) -> None:
    result = read_result(comparison)
    with pytest.raises(NoResultError, match=r"the table nothing\.parquet cannot be read: it is missing"):
        result.table("nothing")
    with pytest.raises(NoResultError, match="there is no folder"):
        read_result(comparison / ("x" * 300))
