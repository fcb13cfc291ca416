"""What is kept of a comparison, and how its figures are put into words."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from docs import comparisons, interventions, proposals
from docs.effects import circumstances, effect, rounded_alike, short_path, told_circumstances

PLAN = dict.fromkeys(comparisons.COLUMNS, "") | {
    "plan": "harbin-charters",
    "interventions": "harbin-charters",
    "base": "harbin-baseline",
    "calibrations": "harbin",
    "parcels_per_row": "200",
    "replications": "24",
    "draws": "12",
    "baseline_parcels_per_year": "1.24662e+07",
    "parcels_gained_per_year": "123456",
    "parcels_gained_per_year_low": "80400",
    "parcels_gained_per_year_high": "163000",
    "parcels_gained_per_year_half_width": "5000",
    "days_saved": "0.52",
    "days_saved_low": "0.4",
    "days_saved_high": "0.6",
    "days_saved_half_width": "0.02",
    "benefit_cost": "0.84",
    "benefit_cost_low": "0.5",
    "benefit_cost_high": "12.3",
    "p_better": "0.97",
    "number": "interventions.harbin-charters.measures.leave.when_ready",
    "share_of_variance": "0.634",
    "is_clear": "yes",
}


def test_effect_names_parcels_days_benefit_and_what_it_hangs_on() -> None:
    assert effect(PLAN) == (
        "about +120,000 parcels a year (95 %: +80,000 to +160,000); half a day sooner; benefit of 0.8 CNY for each "
        "CNY of cost (0.5 to 12); hangs mostly on `harbin-charters.leave.when_ready` (63 % of the variance)"
    )


def test_interval_that_holds_zero_is_no_effect() -> None:
    said = effect(PLAN | {"parcels_gained_per_year_low": "-20000", "days_saved_low": "-0.1"})
    assert said.startswith(
        "no effect on parcels that could be told from none (95 %: -20,000 to +160,000 a year, more with a probability "
        "of 97 %); benefit"
    )


def test_luck_widens_an_interval() -> None:
    found = comparisons.figure(PLAN | {"parcels_gained_per_year_half_width": "200000"}, "parcels_gained_per_year")
    assert found is not None
    assert (found.low, found.high) == (123456 - 200000, 123456 + 200000)
    assert not found.is_told_from_none


def test_what_acts_for_days_is_told_in_all_and_not_by_the_year() -> None:
    short = PLAN | {"years_in_force": "0.1"}
    assert effect(short).startswith("about +12,000 parcels in all (95 %: +8,000 to +16,000); half a day sooner")
    assert interventions.table([short]).splitlines()[2].startswith("| `harbin-charters`, in all | 12 k [8, 16] |")


def test_corridor_without_calibration_is_illustrative() -> None:
    assert effect(PLAN | {"calibrations": ""}).startswith("illustrative: about")


@pytest.mark.parametrize(("draws", "said"), [("4", "(4 draws: "), ("0", "(by luck: ")])
def test_few_draws_are_no_interval_of_95_per_cent(draws: str, said: str) -> None:
    assert said in effect(PLAN | {"draws": draws})


def test_draws_that_are_too_few_say_so() -> None:
    assert "(3 draws, too few: " in effect(PLAN | {"draws": "3"})


def test_plan_that_takes_benefit_away_is_said_to_lose() -> None:
    lost = {"benefit_cost": "-1.9", "benefit_cost_low": "-6.8", "benefit_cost_high": "-1.4"}
    assert "; a loss of 1.9 CNY for each CNY of cost (benefit -6.8 to -1.4); " in effect(PLAN | lost)


def test_table_of_a_page_has_the_interval_of_the_table_of_proposals() -> None:
    by_luck = PLAN | {"parcels_gained_per_year_half_width": "200000"}
    assert interventions._cell(by_luck, "parcels_gained_per_year", 1e3, "k") == "123 k [-77, 323]"


def test_difference_that_no_number_clearly_moves_hangs_on_none() -> None:
    assert effect(PLAN | {"is_clear": "no"}).endswith("hangs clearly on no number alone")
    assert "hangs" not in effect(PLAN | {"number": ""})


def test_days_that_hardly_move_are_not_spoken_of() -> None:
    less = {f"days_saved{end}": "0.03" for end in ("", "_low", "_high")} | {"days_saved_half_width": "0.001"}
    assert "sooner" not in effect(PLAN | less)
    later = {"days_saved": "-1.26", "days_saved_low": "-1.5", "days_saved_high": "-1.1"}
    assert "; 1.3 days later;" in effect(PLAN | later)


def test_numbers_are_rounded_to_two_digits_of_the_largest() -> None:
    assert rounded_alike(-1234.0, 98765.0) == ["-1,000", "+99,000"]
    assert rounded_alike(0.0) == ["0"]


def test_paths_of_corridors_stay_whole() -> None:
    assert short_path("stations.harbin-sorting.servers") == "stations.harbin-sorting.servers"


def test_circumstances_tell_calibrated_from_illustrative() -> None:
    rows = [PLAN, PLAN | {"base": "hebei-baseline", "calibrations": "", "draws": "0"}]
    told = list(told_circumstances(rows))
    assert "in 12 draws of the posterior of harbin and of the plans' uncertain numbers" in told[0]
    assert "24 replications at central values" in told[1]
    assert next(iter(circumstances(rows))) == "| harbin-baseline | harbin | 1 | 12,000,000 | 200 | 24 | 12 |\n"


# -- keeping -----------------------------------------------------------------------------------------------------------


def table(folder: Path, name: str, rows: list[Mapping[str, str]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def compared(folder: Path, gained: str, **manifest: Any) -> Path:
    """What `sim compare` writes, as far as it is read."""
    folder.mkdir()
    base = {"scenario": "harbin-baseline", "posterior": ["harbin"]}
    base["horizon"] = {"start": "2016-01-01", "end": "2018-01-01"}  # type: ignore[assignment]
    said = {"objective": "parcels", "comparison": ["harbin-baseline", "harbin-charters"], "draws": 12}
    said |= {"scenarios": {"harbin-baseline": base}, "parcels_per_row": 200, "replications": list(range(24))}
    (folder / "manifest.json").write_text(json.dumps(said | manifest), "utf-8")
    own = ("base", "calibrations", "parcels_per_row", "replications", "draws", "baseline_parcels_per_year")
    moved = ("number", "share_of_variance", "is_clear")
    plan = {name: value for name, value in PLAN.items() if name not in (*own, *moved)}
    table(folder, "plans", [plan | {"parcels_gained_per_year": gained}])
    whole = {"plan": "harbin-charters", "measure": "placed", "dimension": "whole", "baseline": "24949371.25"}
    table(folder, "differences", [whole | {"measure": "delivered", "baseline": "1"}, whole])
    first = {name: PLAN[name] for name in ("plan", *moved)}
    table(folder, "sensitivity", [first, first | {"number": "another", "share_of_variance": "0.1"}])
    return folder


def test_plan_is_kept_with_what_it_was_compared_in(tmp_path: Path) -> None:
    comparisons.keep([compared(tmp_path / "run", "123456")], tmp_path / "kept")
    (row,) = comparisons.kept(tmp_path / "kept")["harbin"]
    assert row == PLAN | {"baseline_parcels_per_year": row["baseline_parcels_per_year"]}
    assert float(row["baseline_parcels_per_year"]) == pytest.approx(24949371.25 / 731 * 365.25, rel=1e-5)


def test_plan_compared_anew_replaces_the_one_that_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    comparisons.keep([compared(tmp_path / "first", "1"), compared(tmp_path / "second", "2")], kept)
    assert [row["parcels_gained_per_year"] for row in comparisons.kept(kept)["harbin"]] == ["2"]


def test_comparison_by_another_objective_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no comparison by parcels"):
        comparisons.keep([compared(tmp_path / "run", "1", objective="days")], tmp_path / "kept")


def test_plan_that_needs_another_is_found_with_it() -> None:
    row = PLAN | {"plan": "harbin-parks+harbin-leading-firms", "interventions": "harbin-parks, harbin-leading-firms"}
    file = "scenarios/interventions/harbin-leading-firms.yaml"
    assert proposals.said_of(file, {"harbin": [row]}).endswith("(together with harbin-parks)")
    assert proposals.said_of(file, {"harbin": [PLAN]}) == proposals.NOT_COMPARED


def test_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="has no marks"):
        interventions.with_table("# Page", "table")
