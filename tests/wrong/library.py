"""A small library with a right file of each kind; what is wrong is made from them by changing a text."""

import io
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from sim.cli import main

ROOT = Path(__file__).parents[2]
TINY = (ROOT / "tests" / "golden" / "tiny.yaml").read_text("utf-8")
OFFICERS = """\
intervention: officers
base: tiny.yaml
name: {en: More officers}
proposes: Two more officers.
at: 2016-05-01
measures:
  more: {kind: expand_station, queues: [customs.ural-customs.release], servers: 2}
"""
SORTERS = """\
intervention: sorters
base: tiny.yaml
name: {en: More sorters, zh: 增加分拣}
proposes: Two more sorters, a later cutoff, and a seller's course.
document: source document 000
section: "1.2"
at: 2016-05-08
starts_within: 7 d
requires: [officers]
excludes: []
capital: {value: 1e6 CNY, assumed: [5e5 CNY, 2e6 CNY], why: a test}
running_per_year: {value: 1e5 CNY, assumed: "+-50 %", why: a test}
life: 10
measures:
  more:
    kind: expand_station
    queues: [stations.sorting]
    servers: {value: 2, assumed: [1, 3], why: a test}
  later:
    kind: add_flights
    lane: flight
    timetable: [{weekdays: [tue], at: "10:00"}]
"""
SWEEP = """\
sweep: trial
title: Sorters and cutoffs
base: tiny.yaml
interventions: [officers]
constants: {market.review.settle_iterations: 0}
horizon: {end: 2016-05-15, warm_up: 7 d}
parcels_per_row: 5
design: {kind: factorial}
levers:
  stations.sorting.servers: {values: [1, 3]}
  lanes.flight.cutoff: {low: 0 h, high: 6 h, levels: 3}
uncertainties:
  lanes.flight.cancellation: {low: 0 %, high: 20 %}
seed: 3
replications: 4
limits: {seconds: 300, memory: 4 GB}
"""
RANKING = """\
ranking: choice
title: Which of two
base: tiny.yaml
interventions: [officers, sorters]
budget: 5e6 CNY
objectives: [parcels, days]
at_most: 2
procedure: kn
replications: 40
first: 4
parcels_per_row: 5
confidence: 0.9
horizon: {end: 2016-05-25}
indifference: {parcels: 50}
screening: {keep: 2}
"""
SITING = """\
siting: small
title: Which of two places
base: tiny.yaml
choose: 1
shortlist: 2
judge: parcels
demand:
  routes: {post: {share: 1, gateway: border}}
clusters:
  east: {name: {en: East}, latitude: 46, longitude: 127, weight: {value: 0.6, assumed: [0.3, 0.9], why: no figure}}
  west: {name: {en: West}, latitude: 46, longitude: 125, weight: 0.4}
candidates:
  near:
    name: {en: Near}
    intervention: officers
    latitude: 46
    longitude: 126.8
    inland_cost_per_kg: {east: 0.1 CNY/kg, west: 0.9 CNY/kg}
    to_gateways: {border: {cost_per_kg: 0.2 CNY/kg}}
    capacity_per_day: 1000
  far:
    name: {en: Far}
    intervention: sorters
    latitude: 45.5
    longitude: 125.2
    inland_cost_per_kg: {east: 0.8 CNY/kg, west: 0.1 CNY/kg}
    to_gateways: {border: {cost_per_kg: 0.3 CNY/kg}}
    capital: 1e6 CNY
"""
PUBLISHED = """\
id,category,quantity,value,low,high,unit,place,period,source,provenance,confidence,note
P1,posts,parcels,21.7,21.6,21.7,million,Russia,2012,a paper,found,high,"one, two"
P2,posts,parcels,128,128,128,million,Russia,2015,a paper,found,low,
"""
REPORTED = """\
id,seed,place,quantity,period,value,unit,stated_change_pct,implied_change_pct,consistent,note
r.one,000,Harbin,parcels,2016,948.84,1e4 parcels,,,yes,a department
"""
USES = "id,use,reason\nr.one,target,because\n"
RIVALS = "question,reading,rows,handling\nHow many?,as printed,r.one,taken\n"
TOY = "draw,lanes.flight.cutoff [h],stations.sorting.servers *\ncentral,2,1\n0,1,0.9\n1,3,1.1\n"
TOYED = TINY.replace("seed: 7\n", "seed: 7\nposterior: [toy]\n").replace("scenario: tiny", "scenario: drawn")
SOURCED = TINY.replace("service: 20 min", "service: {value: 20 min, published: P1}").replace(
    "scenario: tiny", "scenario: told"
)
FILES: Mapping[str, str] = {
    "scenarios/tiny.yaml": TINY,
    "scenarios/drawn.yaml": TOYED,
    "scenarios/told.yaml": SOURCED,
    "scenarios/interventions/officers.yaml": OFFICERS,
    "scenarios/interventions/sorters.yaml": SORTERS,
    "scenarios/sweeps/trial.yaml": SWEEP,
    "scenarios/rankings/choice.yaml": RANKING,
    "scenarios/siting/small.yaml": SITING,
    "calibration/evidence/published.csv": PUBLISHED,
    "calibration/evidence/reported.csv": REPORTED,
    "calibration/evidence/uses.csv": USES,
    "calibration/evidence/rivals.csv": RIVALS,
    "calibration/posterior/toy-numbers.csv": TOY,
}
"""Every file of the library by its path."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended, what it printed, and how long it took."""

    code: int
    out: str
    err: str
    seconds: float


class Library:
    """The files below a folder, to be changed one at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "scenarios" / "corridors").mkdir(parents=True)
        for name in FILES:
            self.restore(name)

    def restore(self, name: str) -> None:
        """A file as it was."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(FILES[name], "utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """A file in which a text, which stands in it, is another the first time; nothing for all of it."""
        text = FILES[name]
        assert old in text
        (self.folder / name).write_text(text.replace(old, new, 1) if old else new, "utf-8")


def outcome(*arguments: object) -> Outcome:
    """How the command ends, in this very process."""
    out, err, started = io.StringIO(), io.StringIO(), time.perf_counter()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
            code: object = 0
        except SystemExit as end:
            code = end.code or 0
    assert isinstance(code, int)
    return Outcome(code, out.getvalue(), err.getvalue(), time.perf_counter() - started)
