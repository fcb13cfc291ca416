"""Ranges of what is no plain number, and interventions whose file and name do not go together."""

from pathlib import Path
from textwrap import dedent

import pytest

from sim.errors import ScenarioError
from sim.reading import read_tree, without_sources
from sim.scenario.interventions.ranges import Range, ranges_of
from sim.scenario.loading import load

FLEET = "m: {kind: add_flights, lane: charter, per_week: 1}"


@pytest.fixture
def ranges(tmp_path: Path):
    def ranges(adds: str) -> dict[str, Range]:
        """Of what stands under `interventions.x`."""
        file = tmp_path / "a.yaml"
        file.write_text(
            "interventions:\n  x:\n" + "".join(f"    {line}\n" for line in dedent(adds).splitlines()), "utf-8"
        )
        tree, sources, problems = without_sources(read_tree(file))
        assert problems == []
        return {name.removeprefix("interventions.x."): ends for name, ends in ranges_of(tree, sources, {}).items()}

    return ranges


def test_mean_of_a_mixture_is_that_of_its_parts_by_their_shares(ranges) -> None:
    found = ranges("""\
        dwell:
          value:
            distribution: mixture
            of:
              - {share: 0.25, distribution: constant, mean: 4 h}
              - {share: 75 %, distribution: uniform, low: 1 h, high: 3 h}
          assumed: "+-20 %"
          why: none
        """)
    hour = 3_600_000_000
    (ends,) = found.values()
    assert list(found) == ["dwell.mean"]
    assert [float(str(end).removesuffix(" us")) for end in ends] == pytest.approx([2 * hour, 3 * hour])


def test_ends_of_a_distribution_move_together(ranges) -> None:
    found = ranges("""\
        dwell:
          distribution: triangular
          low: {value: 1 h, assumed: [0.5 h, 1.5 h], why: none}
          mode: {value: 2 h, assumed: "+-50 %", why: none}
          high: 6 h
        """)
    (low, high) = found["dwell.mean"]
    hour = 3_600_000_000
    assert list(found) == ["dwell.mean"]
    assert [float(str(end).removesuffix(" us")) for end in (low, high)] == pytest.approx([2.5 * hour, 3.5 * hour])


@pytest.mark.parametrize(
    "of",
    [
        "[{share: some, distribution: constant, mean: 4 h}]",
        "[{share: 0.5, distribution: constant, mean: soon}]",
        "[{share: 0.5, distribution: uniform}]",
    ],
)
def test_mixture_that_cannot_be_read_has_no_range(ranges, of: str) -> None:
    said = f'dwell: {{value: {{distribution: mixture, of: {of}}}, assumed: "+-20 %", why: none}}'
    assert ranges(said) == {}


def test_text_that_is_no_amount_and_no_tariff_has_no_range(ranges) -> None:
    assert ranges('dwell: {value: {a: soon, b: 3 CNY per piece, c: 2 d}, assumed: "+-50 %", why: none}') == {
        "dwell.c": ("86400000000.0 us", "259200000000.0 us")
    }


def test_range_of_one_value_is_none(ranges) -> None:
    assert ranges("number: {value: 3, assumed: [3, 3], why: the plan decides}") == {}


# -- names -------------------------------------------------------------------------------------------------------------


def refused(library, text: str) -> str:
    """What is said of a plan over the example."""
    with pytest.raises(ScenarioError) as error:
        load(library.plan(text))
    return str(error.value)


def test_file_of_an_intervention_needs_its_own_name(library) -> None:
    file = library.write("x", FLEET)
    file.write_text(file.read_text("utf-8").replace("intervention: x\n", ""), "utf-8")
    assert "the key 'intervention' is missing: an intervention has its own name" in refused(
        library, "interventions: [x]"
    )


def test_file_of_an_intervention_is_called_as_it_is(library) -> None:
    file = library.write("x", FLEET)
    file.write_text(file.read_text("utf-8").replace("intervention: x\n", "intervention: y\n"), "utf-8")
    said = refused(library, "interventions: [x]")
    assert "an intervention has the name of its file, 'x', not 'y'" in said


def test_intervention_in_place_is_called_as_its_key(library) -> None:
    said = refused(library, "interventions: {x: {intervention: y, name: {en: X}, at: 2016-05-01, measures: {}}}")
    assert "it is called 'x' here" in said


def test_null_takes_away_only_what_is_there(library) -> None:
    said = refused(library, "interventions: {x: null}")
    assert "null takes an intervention away, and there is no 'x' below" in said
    assert "write `x: {}`" in said
