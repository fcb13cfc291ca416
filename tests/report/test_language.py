"""Catalogues are whole, and numbers are written as planners write them."""

import ast
import math
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sim.language import LANGUAGES, Numbers, catalogue
from sim.language.catalogue import entries, texts_in
from sim.reading import read_tree

ROOT = Path(__file__).parents[2]
SIM = ROOT / "sim"
CALLS = ("t", "marked")


def texts_of(tree: ast.AST) -> Iterator[str]:
    """Texts that are translated or marked; a name of a catalogue is always `t`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            named = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if named in CALLS and isinstance(node.args[0].value, str):
                yield node.args[0].value


def keys() -> set[str]:
    """Every text of code, templates and scripts, and what reports are called."""
    modules = [*(SIM / "report").rglob("*.py"), *(SIM / "language").rglob("*.py"), *(SIM / "page").rglob("*.py")]
    found = {text for path in modules for text in texts_of(ast.parse(path.read_text("utf-8")))}
    for shown in (*SIM.rglob("templates/*.html"), *(SIM / "page" / "static").glob("*.js")):
        found |= {match[2] for match in re.finditer(r"\bt\((\"|')(.*?)\1", shown.read_text("utf-8"))}
    return found


def reports() -> set[str]:
    """What the targets of the calibrations are called: texts of data that a report shows."""
    files = (ROOT / "calibration" / "corridors").glob("*.yaml")
    described = [read_tree(file).plain() for file in files]
    return {target["what"] for one in described for target in one.get("targets", {}).values()}  # type: ignore[union-attr,index]


def library() -> set[str]:
    """Texts of the library that are shown: titles, and what is proposed and where; names of files are no texts."""
    shipped = ROOT / "scenarios"
    titled = [file for folder in ("", "sweeps", "rankings", "siting") for file in (shipped / folder).glob("*.yaml")]
    proposals = [file for folder in ("interventions", "disruptions") for file in (shipped / folder).glob("*.yaml")]
    found = {(file, key) for file in titled for key in ("title",)}
    found |= {(file, key) for file in proposals for key in ("proposes", "document")}
    said = {str(read_tree(file).children[key].value) for file, key in found if key in read_tree(file).children}
    return {text for text in said if " " in text}


OTHERS = [name for name in LANGUAGES if name != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    assert sorted((keys() | reports()) - set(texts_in(f"{language}.po"))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_over(language: str) -> None:
    assert sorted(set(texts_in(f"{language}.po")) - keys() - reports()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_title_and_description_of_the_library_is_translated_and_nothing_else(language: str) -> None:
    found = set(texts_in(f"{language}-library.po"))
    assert sorted(library() - found) == []
    assert sorted(found - library()) == []
    assert catalogue(language).texts.keys() >= found


@pytest.mark.parametrize("language", OTHERS)
def test_every_intervention_has_a_name_of_its_own_in_every_language(language: str) -> None:
    files = [
        file for folder in ("interventions", "disruptions") for file in (ROOT / "scenarios" / folder).glob("*.yaml")
    ]
    trees = {file.stem: read_tree(file) for file in files if file.stem != "schema"}
    assert [name for name, tree in trees.items() if language not in tree.children["name"].children] == []


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_translations_have_the_same_blanks_to_fill(language: str) -> None:
    blanks = re.compile(r"\{([^}]*)\}")
    texts = catalogue(language).texts.items()
    wrong = [key for key, said in texts if sorted(blanks.findall(key)) != sorted(blanks.findall(said))]
    assert wrong == []


def test_no_text_stands_twice_in_a_catalogue() -> None:
    files = sorted((SIM / "language").glob("zh*.po"))
    names = [key for file in files for key, _ in entries(file.read_text("utf-8"))]
    assert len(names) == len(set(names))


def test_catalogue_reads_texts_over_several_lines_and_refuses_others() -> None:
    text = 'msgid ""\n"a "\n"b"\nmsgstr "c"\n"\\"d\\""\n\n# note\nmsgid "e"\nmsgstr "f"\n'
    assert list(entries(text)) == [("a b", 'c"d"'), ("e", "f")]
    with pytest.raises(ValueError, match="line 2 of the catalogue"):
        list(entries('msgid "a"\nmsgtext "b"\n'))


def test_unknown_text_stays_english_and_unknown_language_is_refused() -> None:
    assert catalogue("zh")("{n} things nobody translated", n=3) == "3 things nobody translated"
    with pytest.raises(ValueError, match="there is no language 'xx'"):
        catalogue("xx")


# -- numbers -----------------------------------------------------------------------------------------------------------

NAN = math.nan


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "0", "0"),
        (7.123, "7.12", "7.12"),
        (948.8, "949", "949"),
        (12_345, "12,300", "1.23万"),
        (122_056, "122,000", "12.2万"),
        (999_960, "1.00 million", "100万"),
        (13_595_000, "13.6 million", "1,360万"),
        (-2_839_535, "−2.84 million", "−284万"),
        (10_400_000_000, "10.4 billion", "104亿"),
        (NAN, "–", "–"),
    ],
)
def test_number_has_three_figures_in_the_units_of_the_language(value: float, english: str, chinese: str) -> None:
    assert Numbers("en").number(value) == english
    assert Numbers("zh").number(value) == chinese


@pytest.mark.parametrize(
    ("value", "low", "high", "english", "chinese"),
    [
        (122_056, 86_025, 158_087, "122,000 (86,000 to 158,000)", "12.2万（8.6万～15.8万）"),
        (9_488_400, 9_300_000, 9_700_000, "9.49 million (9.30 to 9.70 million)", "949万（930万～970万）"),
        (-3.2522, -9.3437, -0.1658, "−3.3 (−9.3 to −0.2)", "−3.3（−9.3～−0.2）"),
        (23.264, 23.253, 23.27, "23.3 (23.3 to 23.3)", "23.3（23.3～23.3）"),
        (0.4, -0.1, 0.9, "0.40 (−0.10 to 0.90)", "0.40（−0.10～0.90）"),
        (17_297, 17_297, 17_297, "17,300", "1.73万"),
        (17_297, NAN, NAN, "17,300", "1.73万"),
    ],
)
def test_interval_says_how_many_figures_a_number_has(
    value: float, low: float, high: float, english: str, chinese: str
) -> None:
    assert Numbers("en").with_interval(value, low, high) == english
    assert Numbers("zh").with_interval(value, low, high) == chinese


def test_money_days_and_shares_carry_their_units() -> None:
    en, zh = Numbers("en"), Numbers("zh")
    assert en.money(2_839_535, 2_000_421, 3_678_650) == "CNY 2.84 million (2.00 to 3.68 million)"
    assert zh.money(2_839_535, 2_000_421, 3_678_650) == "284万元（200万～368万元）"
    assert (en.money(NAN), zh.money(NAN)) == ("–", "–")
    assert en.money_exact(1_500_000) == "CNY 1.5 million"
    assert zh.money_exact(8_000_000) == "800万元"
    assert en.days(16.683) == "16.7 days"
    assert zh.days(0.34715, 0.3271, 0.3672) == "0.35天（0.33～0.37天）"
    assert en.points(0.0229, 0.0211, 0.0247) == "2.29 percentage points (2.11 to 2.47)"
    assert en.percent(0.6401) == "64\u00a0%"
    assert zh.percent(0.0229) == "2.3%"
    assert en.percent(-0.027) == "−2.7\u00a0%"
    assert en.day(date(2017, 1, 31)) == "31 January 2017"
    assert zh.day(date(2017, 1, 31)) == "2017年1月31日"
    assert (en.listed(["a", "b", "c"]), zh.listed(["甲", "乙", "丙"])) == ("a, b and c", "甲、乙和丙")


@pytest.mark.parametrize(
    ("share", "english", "chinese"),
    [
        (0.0, "under 1\u00a0%", "不到1%"),
        (0.834, "83\u00a0%", "83%"),
        (1.0, "over 99\u00a0%", "99%以上"),
        (NAN, "–", "–"),
    ],
)
def test_probability_is_never_certain(share: float, english: str, chinese: str) -> None:
    assert Numbers("en").probability(share) == english
    assert Numbers("zh").probability(share) == chinese
