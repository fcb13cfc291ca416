"""What a notebook shows of scenarios, interventions, plans, sweeps and rankings: small tables, everything escaped."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

import sim
from sim.experiments.comparing.plans import base_plan, plan_of
from sim.html import plain, table
from sim.scenario.interventions.intervention import Intervention

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
EVIL = "<script>alert('x')</script>"


class Cells(HTMLParser):
    """The rows of all tables of a page, as texts of their cells; an open tag that is not closed is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert tag in {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "br"}
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag != "br":
            self._open.append(tag)
        elif self._open[-1] in ("td", "th"):
            self.rows[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def shown(thing: object) -> dict[str, str]:
    """The first and second cell of each row that a thing shows of itself."""
    return {row[0]: row[1] for row in Cells(thing._repr_html_()).rows}  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def tiny() -> sim.scenario.scenario.Scenario:
    return sim.load(TINY)


def proposal(**more: object) -> Intervention:
    lines = {"kind": "expand_station", "queues": ["stations.sorting"], "servers": 1}
    said = {"intervention": "lines", "name": {"en": f"Lines {EVIL}", "zh": "增加分拣线"}, "proposes": EVIL,
            "at": "2016-05-10", "measures": {"lines": lines}}  # fmt: skip
    return Intervention.model_validate(said | more)


def test_scenario_shows_its_time_market_network_and_run(tiny) -> None:
    found = shown(tiny)
    assert found["scenario"] == "tiny (tiny.yaml)"
    assert found["time"].startswith(f"{tiny.horizon.start} to {tiny.horizon.end}")
    assert found["orders from harbin"] == "18,720 latent a year"
    assert found["routes"] == "post, express"
    assert f"stations {len(tiny.stations)}, " in found["network"]
    assert found["run"] == "every parcel, 1 replication, seed 7"
    assert shown(sim.with_interventions(tiny, proposal()))["interventions"] == "lines"


def test_described_thing_shows_its_fields_with_units_and_meaning(tiny) -> None:
    rows = {row[0]: row for row in Cells(tiny.stations["sorting"]._repr_html_()).rows}
    assert rows["place"][1] == "harbin"
    assert rows["service"][1].endswith("mean: 20 min, share: 100 %")
    assert "service time" in rows["service"][2]


def test_intervention_shows_when_it_acts_and_what_it_costs() -> None:
    one = proposal(capital="8e6 CNY", running_per_year=5e5, until="2016-06-01")
    found = shown(one)
    assert found["intervention"] == "lines (增加分拣线)"
    assert found["acts"] == "from 2016-05-10 until 2016-06-01"
    assert found["costs"] == "8,000,000 CNY once (life 20 years), 500,000 CNY a year"
    assert found["measure lines"] == "kind: expand_station, queues: stations.sorting, servers: 1"
    assert found["proposes"] == EVIL
    assert "<script" not in one._repr_html_()
    drawn = shown(proposal(lasts="3 d", starts_within="20 d", is_disruption=True))
    assert drawn["acts"] == "from 2016-05-10, or up to 20 days later by luck, for 3 days"
    assert "disruption" in drawn


def test_plan_shows_its_interventions(tiny) -> None:
    found = Cells(plan_of(base_plan(tiny), proposal())._repr_html_()).rows
    assert found[1] == ["lines", f"Lines {EVIL}", "from 2016-05-10 on"]


def test_table_escapes_cuts_and_keeps_line_feeds() -> None:
    html = table("a < b", ("x\ny",), [("<b>", "z" * 1000)], [EVIL])
    assert html.startswith("<table><caption>a &lt; b</caption><thead><tr><th>x<br>y</th></tr></thead>")
    assert "&lt;b&gt;" in html
    assert "<script" not in html
    assert "z" * 299 + "…" in html


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("8000000.0 CNY", "8,000,000 CNY"),
        ("2.5 d", "2.5 d"),
        ("hrb-svx-charter", "hrb-svx-charter"),
        ("Mon-Fri 08:00-20:00", "Mon-Fri 08:00-20:00"),
        (0.1, "0.1"),
        (True, "yes"),
        ([1, {"a": False}], "1, a: no"),
    ],
)
def test_value_is_written_with_no_more_figures_than_it_has(value: object, text: str) -> None:
    assert plain(value) == text


SWEEP = f"""sweep: small
base: {TINY}
levers: {{stations.sorting.servers: {{values: [1, 3]}}}}
design: {{kind: factorial}}
replications: 1
"""


def test_sweep_is_run_from_a_notebook_and_shows_its_points(tmp_path: Path) -> None:
    (tmp_path / "corridors").mkdir()
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "tiny.yaml").write_bytes(TINY.read_bytes())
    (tmp_path / "sweeps" / "small.yaml").write_text(SWEEP.replace(str(TINY), "tiny.yaml"), "utf-8")
    swept = sim.sweep(tmp_path / "sweeps" / "small.yaml", tmp_path / "out")
    frame = swept.points
    assert frame.columns[:2].tolist() == ["point", "stations.sorting.servers"]
    assert swept.runs["status"].eq("done").all()
    days = frame[frame["measure"] == "mean_days"].set_index("point")
    rows = {row[0]: row for row in Cells(swept._repr_html_()).rows}
    assert rows["point"] == ["point", "sorting\nservers", "placed\nparcels", "less the base", "mean_days\nd",
                             "less the base"]  # fmt: skip
    last = max(rows, key=lambda name: int(name) if name.isdigit() else -1)
    assert float(rows[last][4]) == pytest.approx(days["mean"][int(last)], abs=0.01)
    again = sim.sweep(tmp_path / "sweeps" / "small.yaml", tmp_path / "out")
    assert again.points.equals(frame)
