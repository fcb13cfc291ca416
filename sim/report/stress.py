"""STRESS-DES: how a discrete-event simulation is reported (Monks et al., 2019), filled from the model itself.

What cannot be said from the scenario, the manifest and the documents is a gap, and is shown as one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.language import marked
from sim.report.evidence import statuses
from sim.report.figures_of_plans import OBJECTIVES
from sim.report.interventions import in_time
from sim.report.parts import TITLES, Part
from sim.report.speaking import Speaking
from sim.scenario.scenario import Scenario
from sim.ticks import DAY

SECTIONS = (
    marked("1 Objectives"), marked("2 Logic"), marked("3 Data"),
    marked("4 Experimentation"), marked("5 Implementation"), marked("6 Code access"),
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One item of the check list; without text it is a gap."""

    number: str
    name: str
    said: str
    is_gap: bool = False


def stress_part(speaking: Speaking) -> Part:
    """The six sections with their items."""
    t = speaking.t
    items = [
        *_objectives(speaking),
        *_logic(speaking),
        *_components(speaking),
        *_data(speaking),
        *_experimentation(speaking),
        *_implementation(speaking),
    ]
    sections = [(t(section), [item for item in items if item.number[0] == section[0]]) for section in SECTIONS]
    gaps = sum(item.is_gap for item in items)
    said = t(
        "After Monks et al. (2019), Strengthening the reporting of empirical simulation studies; {n} items; gaps: {gaps}.",
        n=len(items),
        gaps=gaps,
    )
    return Part("stress", t(TITLES["stress"]), sentences=[said], more={"sections": sections})


def _objectives(speaking: Speaking) -> Iterator[Item]:
    t, result = speaking.t, speaking.result
    scenario = result.scenario
    title = scenario.title or scenario.scenario
    yield Item(
        "1.1",
        t("Purpose of the model"),
        t(
            "To say what changes of cross-border parcel logistics and trade between China and Russia bring: parcels, days, reliability, cost, and how sure that is. Here: {title}.",
            title=title,
        ),
    )
    yield Item(
        "1.2",
        t("Model outputs"),
        t(
            "Parcels by month, route, region and product; days from door to door and their percentiles; share within the promise; waits and backlogs of queues; loads of lanes; accounts of buyers, sellers and operators; CO2e. Definitions: docs/tables.md and docs/comparing.md."
        ),
    )
    if result.kind == "run":
        yield Item("1.3", t("Experimentation aims"), t("A single run of one scenario; no alternatives were compared."))
        return
    by = t(OBJECTIVES[result.manifest["objective"]])
    names = speaking.numbers.listed([speaking.plan(name) for name in list(result.plans)[1:]])
    yield Item(
        "1.3",
        t("Experimentation aims"),
        t("To rank these plans against the baseline by {objective}: {plans}.", objective=by, plans=names),
    )


def _logic(speaking: Speaking) -> Iterator[Item]:
    t, scenario = speaking.t, speaking.result.scenario
    n_changes = len(in_time(scenario))
    yield Item(
        "2.1",
        t("Base model overview diagram"),
        t("The map above shows places and lanes; the paths through them are in the scenario."),
    )
    routes = speaking.numbers.listed([speaking.names.route(route) for route in scenario.routes])
    yield Item(
        "2.2",
        t("Base model logic"),
        t(
            "Latent orders choose one of the routes ({routes}), another gateway, or not to buy, by a nested logit on price, expected days and their spread; parcels then queue for stations, customs and lanes to the last mile, and what they meet there is what the market expects of later weeks. docs/model.md has all rules.",
            routes=routes,
        ),
    )
    plans = list(speaking.result.plans)[1:]
    said = (
        t("Plans are the baseline with the dated changes of the section above, on the same luck and draws.")
        if plans
        else t("The scenario by itself.")
    )
    yield Item("2.3", t("Scenario logic"), said + t(" The do-minimum has {n} dated changes.", n=n_changes))
    yield Item(
        "2.4",
        t("Algorithms"),
        t(
            "Queues are first come, first served, by priority where routes differ; departures follow timetables or the load; stock is ordered by (s, S) or (R, Q) rules; expectations are smoothed weekly. docs/model.md, sections 5 to 10."
        ),
    )


def _components(speaking: Speaking) -> Iterator[Item]:
    t, scenario = speaking.t, speaking.result.scenario
    rows = scenario.parcels_per_row
    products = speaking.numbers.listed([speaking.names.of(one.name) for one in scenario.products.values()])
    size = t("single parcels") if rows == 1 else t("rows of up to {n} parcels", n=rows)
    yield Item(
        "2.5.1",
        t("Entities"),
        t(
            "Parcels, as {size}, of {n} classes of goods ({products}); containers; departures.",
            size=size,
            n=len(scenario.products),
            products=products,
        ),
    )
    yield Item(
        "2.5.2",
        t("Activities"),
        t(
            "Collection, sorting, release and examination by customs, loading, transit, unpacking, picking, last mile; times are distributions of the scenario."
        ),
    )
    yield Item(
        "2.5.3",
        t("Resources"),
        t(
            "Stations with servers and opening hours: {stations}; customs offices: {customs}; lanes with payloads: {lanes}; warehouses with stock and room: {warehouses}.",
            stations=len(scenario.stations),
            customs=len(scenario.customs),
            lanes=len(scenario.lanes),
            warehouses=len(scenario.warehouses),
        ),
    )
    yield Item(
        "2.5.4",
        t("Queues"),
        t(
            "Before every station, release, examination, receiving and picking, first come, first served; before lanes by priority, then first come, first served, with a cutoff before departure."
        ),
    )
    names = speaking.names
    origins = speaking.numbers.listed([names.place(origin) for origin in scenario.market.origins])
    regions = speaking.numbers.listed([names.of(region.name) for region in scenario.regions.values()])
    yield Item(
        "2.5.5",
        t("Entry and exit points"),
        t(
            "Orders enter at {origins}; parcels leave when they are ready for collection in {regions}, or are lost.",
            origins=origins,
            regions=regions,
        ),
    )


def _data(speaking: Speaking) -> Iterator[Item]:
    t, result = speaking.t, speaking.result
    known = statuses(result)
    total = known.total
    if known.files:
        said = t(
            "Numbers reported: {reported}; published: {published}; derived: {derived}; assumed with a range and a reason: {assumed}. sim sources shows each with its source.",
            **{k: total[k] for k in ("reported", "published", "derived", "assumed")},
        )
        yield Item("3.1", t("Data sources"), said)
    else:
        yield Item(
            "3.1", t("Data sources"), t("The files of the scenario are not there as they were read."), is_gap=True
        )
    names = ", ".join(known.calibrated)
    said = (
        t(
            "Reports that contradict each other are read as rival readings; the posterior of {names} is drawn from (docs/calibration.md, docs/reconciliation.md).",
            names=names,
        )
        if names
        else t("Derived numbers carry their formula; no calibration is used.")
    )
    yield Item("3.2", t("Pre-processing"), said)
    yield Item("3.3", t("Input parameters"), t("All in the scenario, which manifest.json holds whole."))
    yield Item(
        "3.4",
        t("Assumptions"),
        t("The section on assumptions above; the reasons stand beside the numbers in the files."),
    )


def _experimentation(speaking: Speaking) -> Iterator[Item]:
    t, result, numbers = speaking.t, speaking.result, speaking.numbers
    scenario, manifest = result.scenario, result.manifest
    yield Item("4.1", t("Initialisation"), _initialisation(speaking, scenario))
    first, last = numbers.day(scenario.horizon.start), numbers.day(scenario.horizon.end)
    drain = scenario.horizon.drain // DAY
    yield Item(
        "4.2",
        t("Run length"),
        t(
            "Orders from {first} to {last}, {drain} days more for what is under way.",
            first=first,
            last=last,
            drain=drain,
        ),
    )
    n, draws = len(manifest["replications"]), int(manifest.get("draws", 0))
    drawn = t(" in {n} draws of what is not known", n=draws) if draws else t(" at central values")
    yield Item(
        "4.3",
        t("Estimation approach"),
        t(
            "{n} replications of each{drawn}; plans share luck and draws, so that differences are paired. Intervals are 95 %.",
            n=n,
            drawn=drawn,
        ),
    )


def _initialisation(speaking: Speaking, scenario: Scenario) -> str:
    t = speaking.t
    days, settle = scenario.horizon.warm_up // DAY, scenario.market.review.settle_iterations
    said = (
        t("Empty network, then {n} days of warm-up that are not reported.", n=days)
        if days
        else t("Empty network without warm-up: the first months are too light.")
    )
    return said + (
        t(" Expectations are settled by up to {n} repetitions of the reference year.", n=settle)
        if settle
        else t(" Expectations start from the promise.")
    )


def _implementation(speaking: Speaking) -> Iterator[Item]:
    t, manifest, side = speaking.t, speaking.result.manifest, speaking.result.side
    versions = manifest.get("versions", {})
    said = ", ".join(f"{name} {version}" for name, version in versions.items())
    yield Item("5.1", t("Software or programming language"), said or t("No versions in the manifest."), is_gap=not said)
    yield Item(
        "5.2",
        t("Random sampling"),
        t(
            "Counter-based: every random number is a function of seed ({seed}), replication, purpose and thing, so the same thing meets the same luck in all plans.",
            seed=speaking.result.scenario.seed,
        ),
    )
    yield Item(
        "5.3",
        t("Model execution"),
        t(
            "Event-driven: SimPy runs what decides; parcels move through compiled kernels. A second program agrees to the tick (tests/oracle)."
        ),
    )
    seconds, processors = side.get("wall_seconds"), side.get("processors")
    if seconds is None:
        yield Item("5.4", t("System specification"), t("Not in the folder: run.json is missing."), is_gap=True)
    else:
        host = manifest.get("processor", {}).get("machine", "")
        yield Item(
            "5.4",
            t("System specification"),
            t(
                "{platform}, {machine}, {n} processors; {seconds} seconds.",
                platform=side.get("platform", ""),
                machine=host,
                n=processors,
                seconds=speaking.numbers.number(float(seconds)),
            ),
        )
    yield Item(
        "6.1",
        t("Computer model sharing statement"),
        t(
            "The manifest names versions and hashes of all files; where the program and its files may be had is for whoever hands this report on to say."
        ),
        is_gap=True,
    )
