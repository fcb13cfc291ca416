"""Reports of small results: one file that needs nothing else, in both languages, with all sections in their order."""

import json
import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.language import LANGUAGES, catalogue
from sim.report import printing
from sim.report.answer import answer, uncertainty
from sim.report.figures_of_plans import column
from sim.report.interventions import interventions
from sim.report.parts import TITLES
from sim.report.pictures.drawn import SCALE
from sim.report.results import read_result
from sim.report.speaking import Speaking
from sim.report.writing import LARGEST, report

KINDS = ("comparison", "run")
EVERY = [(kind, language) for kind in KINDS for language in LANGUAGES]
MOST_KB = 400


@pytest.fixture(scope="session")
def pages(comparison: Path, run: Path) -> dict[tuple[str, str], str]:
    results = {"comparison": read_result(comparison), "run": read_result(run)}
    return {(kind, language): report([results[kind]], language) for kind, language in EVERY}


def command(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["report", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


# -- the file ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", EVERY, ids="-".join)
def test_page_asks_for_nothing_from_elsewhere(pages: dict[tuple[str, str], str], which: tuple[str, str]) -> None:
    page = pages[which]
    assert re.findall(r"https?:|\bsrc=|@import|<link|<iframe|<object", page) == []
    assert all(target.startswith("#") for target in re.findall(r'\bhref="([^"]*)"', page))
    assert all(target.startswith(("data:", "#")) for target in re.findall(r"url\([\"']?([^)\"']*)", page))
    assert not re.search(r"[\"'(]//", page)


@pytest.mark.parametrize("which", EVERY, ids="-".join)
def test_page_is_small_enough_to_send(pages: dict[tuple[str, str], str], which: tuple[str, str]) -> None:
    assert len(pages[which].encode()) < MOST_KB * 1000 < LARGEST


@pytest.mark.parametrize("which", EVERY, ids="-".join)
def test_page_works_without_scripts(pages: dict[tuple[str, str], str], which: tuple[str, str]) -> None:
    assert "<script" not in pages[which]
    assert re.findall(r"\son\w+=", re.sub(r">[^<]*<", "><", pages[which])) == []


@pytest.mark.parametrize("which", EVERY, ids="-".join)
def test_sections_stand_in_their_order(pages: dict[tuple[str, str], str], which: tuple[str, str]) -> None:
    t = catalogue(which[1])
    assert re.findall(r'data-section="(\w+)"', pages[which]) == list(TITLES)
    assert re.findall(r"<h2>(.*?)</h2>", pages[which]) == [t(title).replace("'", "&#39;") for title in TITLES.values()]


@pytest.mark.parametrize("which", EVERY, ids="-".join)
def test_names_within_the_page_are_unique_and_found(pages: dict[tuple[str, str], str], which: tuple[str, str]) -> None:
    names = re.findall(r'\bid="([^"]*)"', pages[which])
    assert len(names) == len(set(names))
    assert {target[1:] for target in re.findall(r'\bhref="([^"]*)"', pages[which])} <= set(names)
    assert set(re.findall(r"url\(#([^)]*)\)", pages[which])) <= set(names)


@pytest.mark.parametrize("which", EVERY, ids="-".join)
def test_every_picture_has_a_text_in_its_place(pages: dict[tuple[str, str], str], which: tuple[str, str]) -> None:
    labels = re.findall(r'role="img" aria-label="([^"]*)"', pages[which])
    assert len(labels) == pages[which].count("<svg ") >= 4
    assert all(len(label) > 20 for label in labels)


def test_what_others_wrote_is_escaped(pages: dict[tuple[str, str], str]) -> None:
    for page in pages.values():
        assert "<script>" not in page
        assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in page


def test_page_is_in_its_language(pages: dict[tuple[str, str], str]) -> None:
    for kind in KINDS:
        english, chinese = (
            re.sub(r"<style>.*?</style>|<pre>.*?</pre>|<[^>]*>", "", pages[kind, each], flags=re.S)
            for each in LANGUAGES
        )
        assert '<html lang="zh">' in pages[kind, "zh"]
        assert not re.search("[一-鿿]", english)
        assert "结论" in chinese
        assert "The answer" not in chinese
    assert "增加分拣线" in pages["comparison", "zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_font_has_every_character_of_the_page(pages: dict[tuple[str, str], str], language: str) -> None:
    from fontTools.ttLib import TTFont

    from sim.atlas import FONT

    has = set(TTFont(FONT).getBestCmap())
    text = re.sub(r"<[^>]*>", "", pages["comparison", language])
    assert {sign for sign in text if sign.isprintable() and ord(sign) not in has} == set()


def test_same_results_give_the_same_page(comparison: Path, pages: dict[tuple[str, str], str]) -> None:
    assert report([read_result(comparison)], "zh") == pages["comparison", "zh"]


def test_several_results_stand_one_after_the_other(comparison: Path, run: Path) -> None:
    page = report([read_result(comparison), read_result(run)], "en")
    assert page.count("<article ") == 2
    assert re.findall(r'data-section="(\w+)"', page) == [*TITLES, *TITLES]
    names = re.findall(r'\bid="([^"]*)"', page)
    assert len(names) == len(set(names))


def test_classes_of_congestion_differ_in_black_and_white() -> None:
    parts = ((0.299, 1), (0.587, 3), (0.114, 5))
    lightness = [sum(weight * int(colour[i : i + 2], 16) for weight, i in parts) for colour in SCALE]
    assert all(before - after > 40 for before, after in pairwise(lightness))


# -- what it says ------------------------------------------------------------------------------------------------------


def test_answer_names_the_best_plan_with_its_probability(comparison: Path) -> None:
    result = read_result(comparison)
    plans = result.table("plans").set_index("plan")
    said = answer(Speaking(result, "en"))
    first = said[0]
    assert "probability of" in first
    assert ("Doing nothing" in first) == (1 - plans["p_best"].sum() > plans["p_best"].max())
    assert any("error of 2 replications alone" in line for line in said)


def test_comparison_that_was_cut_short_says_so_in_both_languages(comparison: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(comparison, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(
        json.dumps(manifest | {"left_out": {"2": "stopped", "3": "stopped"}}), "utf-8"
    )
    assert "cut short: 2 of the replications" in uncertainty(Speaking(read_result(folder), "en"))
    assert "缺少2次重复" in uncertainty(Speaking(read_result(folder), "zh"))
    assert "cut short" not in uncertainty(Speaking(read_result(comparison), "en"))


def test_answer_of_a_run_gives_volumes_and_days(run: Path) -> None:
    said = " ".join(answer(Speaking(read_result(run), "en")))
    assert "are ordered a year" in said
    assert "days" in said
    assert "within the promise" in said


def test_gaps_of_the_check_list_are_flagged(pages: dict[tuple[str, str], str], tmp_path: Path, run: Path) -> None:
    assert pages["run", "en"].count('class="gap"') == 2
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    (copy / "run.json").unlink()
    assert report([read_result(copy)], "en").count('class="gap"') == 3


def test_older_comparison_without_tables_of_the_network_says_so(comparison: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(comparison, copy)
    for name in ("flows", "stations", "lanes", "door_to_door"):
        (copy / f"{name}.parquet").unlink()
    page = report([read_result(copy)], "en")
    assert page.count("This comparison has no tables of the network by month") == 3
    assert "no table of the days from door to door" in page
    assert re.findall(r'data-section="(\w+)"', page) == list(TITLES)


def test_statuses_are_counted_in_the_files_that_were_read(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.report.evidence import statuses

    assert statuses(read_result(run)).changed == ("tiny.yaml",)
    monkeypatch.chdir(Path(__file__).parents[1] / "golden")
    known = statuses(read_result(run))
    assert known.changed == ()
    assert known.total == {"assumed": 1}


# -- the command -------------------------------------------------------------------------------------------------------


def test_command_writes_the_page_beside_the_folder(
    comparison: Path, capsys: pytest.CaptureFixture[str], pages: dict[tuple[str, str], str]
) -> None:
    code, out, err = command(capsys, comparison, "--lang", "zh")
    file = comparison.with_name("comparison-report.zh.html")
    assert (code, err) == (0, "")
    assert str(file) in out
    assert file.read_text("utf-8") == pages["comparison", "zh"]


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (None, "holds no manifest.json"),
        ("no json", "cannot be read"),
        ("[]", "is no manifest"),
        ('{"program": "other"}', "is of another program"),
        ('{"program": "parcel-corridors"}', "holds no scenario"),
        ('{"program": "parcel-corridors", "scenario": {"scenario": "x"}}', "run it again"),
    ],
)
def test_foreign_folder_is_refused_in_plain_words(
    manifest: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    code, out, err = command(capsys, tmp_path, "--out", tmp_path / "x.html")
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "x.html").exists()


def test_missing_folder_and_missing_table_are_named(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = command(capsys, tmp_path / "none")
    assert code == 2
    assert "there is no folder" in err
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    (copy / "flows.parquet").unlink()
    code, _, err = command(capsys, copy)
    assert code == 2
    assert "flows.parquet cannot be read: it is missing" in err


def test_file_that_is_no_page_is_refused(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = command(capsys, run, "--out", tmp_path / "x.pdf")
    assert code == 2
    assert "name it with .html" in err


def test_report_makes_no_folders(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "nowhere" / "x.html"
    code, out, err = command(capsys, run, "--out", file)
    assert (code, out) == (2, "")
    assert err == f"error: there is no folder {file.parent} for x.html; make it, or name another file\n"
    assert not file.parent.exists()


def test_without_a_browser_there_is_a_plain_message_instead_of_a_pdf(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "browser", lambda: None)
    code, out, err = command(capsys, run, "--out", tmp_path / "x.html", "--pdf")
    assert code == 1
    assert "no Chromium here" in err
    assert "x.html" in out
    assert (tmp_path / "x.html").exists()


@pytest.mark.skipif(printing.browser() is None, reason="no Chromium on this machine")
def test_browser_prints_the_page(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = command(capsys, run, "--out", tmp_path / "x.html", "--pdf")
    assert code == 0, err
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")


def test_folder_of_results_is_left_as_it_was(run: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    command(capsys, run, "--out", tmp_path / "x.html")
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
    assert json.loads(before["manifest.json"])["program"] == "parcel-corridors"


# -- read by a superior ------------------------------------------------------------------------------------------------


def test_answer_says_whether_any_plan_pays(comparison: Path) -> None:
    said = answer(Speaking(read_result(comparison), "en"))
    assert any("pays for itself" in line or "does not pay" in line or "No cost" in line for line in said)
    assert any("surely exceed costs" in line for line in said)


def test_columns_have_their_unit_in_the_heading_and_one_scale(comparison: Path) -> None:
    speaking = Speaking(read_result(comparison), "en")
    plans = speaking.result.table("plans")
    heading, cells = column(speaking, plans, "net-benefit")
    assert heading == "net benefit a year\nmillion CNY"
    assert float(cells[1].split("\n")[0].replace("−", "-")) == pytest.approx(
        plans["net_benefit_per_year_cny"][1] / 1e6, rel=0.05
    )
    chinese, _ = column(Speaking(read_result(comparison), "zh"), plans, "net-benefit")
    assert chinese.split("\n")[1] == "万元"


def test_wide_tables_say_in_each_cell_what_it_is(pages: dict[tuple[str, str], str]) -> None:
    page = pages["comparison", "en"]
    cards = re.findall(r'<table class="cards">.*?</table>', page, flags=re.S)
    assert cards
    for table in cards:
        heads = [head.replace("\n", " · ") for head in re.findall(r'<th scope="col">(.*?)</th>', table, flags=re.S)]
        for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", table, flags=re.S):
            assert re.findall(r'data-head="([^"]*)"', row) == heads[1:]


def test_costs_stand_with_the_range_they_are_drawn_from(comparison: Path) -> None:
    result = read_result(comparison)
    dear = result.plans["dear"]
    drawn = dear.model_copy(update={"uncertain": {"interventions.dear.capital": ("2e6 CNY", 4e7)}})
    result = replace(result, plans={**result.plans, "dear": drawn})
    listed = {one.costs for one in interventions(Speaking(result, "en"))}
    assert any(
        said.startswith("CNY 9 million (assumed between 2 million and 40 million) once and CNY 1 million a year")
        for said in listed
    )


def test_days_that_are_lost_are_said_to_be_lost(comparison: Path) -> None:
    result = read_result(comparison)
    slow = result.table("plans").copy()
    ends = {"": -0.5, "_low": -0.7, "_high": -0.3, "_half_width": 0.01}
    for end, value in ends.items():
        slow[f"days_saved{end}"] = value
    result._read["plans"] = slow
    said = answer(Speaking(result, "en"))
    assert "It takes 0.50 days (0.30 to 0.70) longer from door to door, mean of all orders." in said
