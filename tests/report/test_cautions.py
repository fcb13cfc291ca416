"""What to beware of is told in the report as a comparison noted it, with names in words, in both languages."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from report.conftest import TINY, proposal

import sim
from sim.experiments.comparing.cautions import cautions as noted_by
from sim.experiments.comparing.cautions import warnings
from sim.experiments.comparing.saving import manifest
from sim.language import LANGUAGES
from sim.report.cautions import WORDS, cautions
from sim.report.results import Result, read_result
from sim.report.speaking import Speaking
from sim.report.writing import report

EVERY = [
    {"kind": "piles_up", "plans": ["lines", "dear"], "places": {"sorting": 2}, "said": "x"},
    {"kind": "piles_up", "plans": ["dear"], "places": {}, "said": "x"},
    {"kind": "unsettled", "plans": ["tiny", "lines", "dear"], "least": 1, "most": 2, "said": "x"},
    {"kind": "left_out", "replications": [3, 4], "why": "its draw is not complete", "said": "x"},
    {"kind": "left_out", "replications": [5], "why": "", "said": "x"},
    {"kind": "stopped", "said": "x"},
    {"kind": "unknown_money", "plans": ["lines"], "measure": "buyers_surplus_cny", "said": "x"},
    {"kind": "no_outside", "origins": ["harbin"], "said": "x"},
    {"kind": "of_tomorrow", "said": "something new."},
    {"kind": "one_replication", "said": "x"},
    "not even a caution",
]


def told(comparison: Path, language: str, **more: Any) -> list[str]:
    found = read_result(comparison)
    return cautions(Speaking(replace(found, manifest={**found.manifest, **more}), language))


def test_every_kind_of_caution_has_its_sentence(comparison: Path) -> None:
    assert told(comparison, "en", warnings=EVERY) == [
        "With all plans work piles up at sorting.",
        "More plans with which work piles up elsewhere: 1.",
        "Expectations of buyers did not settle in 1 to 2 of 2 replications of the baseline and all plans.",
        "Replications left out: 2 (its draw is not complete).",
        "Further replications left out, for other reasons: 1.",
        "Stopped before all replications had run.",
        "Not known for every origin of More lines, and so counted as nothing in the benefits of all plans: "
        "buyers' surplus.",
        "Buyers of Harbin have no outside option: their surplus of orders created there is counted from an arbitrary "
        "level.",
        "Something new.",
    ]


def test_cautions_are_in_chinese_and_as_many(comparison: Path) -> None:
    chinese = told(comparison, "zh", warnings=EVERY)
    assert chinese[0] == "采用所有方案时，分拣出现积压。"
    assert len(chinese) == len(told(comparison, "en", warnings=EVERY))
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in said) for said in chinese[:-1])


def test_nothing_to_beware_of_is_nothing(comparison: Path) -> None:
    assert told(comparison, "en", warnings=[]) == []
    assert told(comparison, "en", warnings=[], draws=2) == [
        "2 draws are too few for an interval of what is not known: 4 are the least for one."
    ]


def test_comparison_of_before_says_how_many_are_left_out(comparison: Path) -> None:
    found = read_result(comparison)
    older = {key: value for key, value in found.manifest.items() if key != "warnings"} | {"left_out": {"3": "it broke"}}
    said = cautions(Speaking(replace(found, manifest=older), "en"))
    assert said == ["1 replications failed and are left out."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_report_shows_them_under_its_answer(comparison: Path, language: str) -> None:
    found: Result = read_result(comparison)
    page = report([replace(found, manifest={**found.manifest, "warnings": EVERY[:1]})], language)
    said = told(comparison, language, warnings=EVERY[:1])[0]
    assert page.index("<h2>") < page.index(said) < page.index('data-section="map"')


def test_comparison_notes_in_its_manifest_what_it_says_in_the_terminal() -> None:
    one = sim.compare(sim.load(TINY), [proposal("lines")], replications=1, parcels_per_row=20)
    one = replace(
        one, base=replace(one.base, piled_up={"sorting": 1}, unsettled=1), left_out={4: "it broke"}, was_stopped=True
    )
    kept = json.loads(json.dumps(manifest(one)))["warnings"]
    assert [each["said"] for each in kept] == list(warnings(one))
    assert [each["kind"] for each in kept] == ["piles_up", "unsettled", "left_out", "stopped", "unknown_money",
                                                "one_replication"]  # fmt: skip
    assert (kept[0]["plans"], kept[0]["places"], kept[2]["replications"]) == (["tiny"], {"sorting": 1}, [4])
    assert {each.kind for each in noted_by(one)} <= {*WORDS, "missing", "one_replication"}
