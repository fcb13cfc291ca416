"""Random worlds for Hypothesis: small, always valid, and odd enough to find what nobody thought of."""

from hypothesis import assume
from hypothesis import strategies as st

from oracle.base_world import Dict, described, lane, merged, origin, route
from oracle.drawing import ALWAYS_IN, DAYS, SHARES, WEEKDAYS, dated, hours, openings, queues, times
from oracle.extras import extra_changes, extras
from sim.scenario.checks.offered import offered
from sim.scenario.scenario import Scenario


@st.composite
def customs_offices(draw: st.DrawFn, place: str) -> Dict:
    """Release, examination or both."""
    parts = draw(st.sampled_from([("release",), ("examination",), ("release", "examination")]))
    office: Dict = {"place": place, **draw(openings())}
    for part in parts:
        office[part] = draw(queues())
    if "examination" in parts:
        office["examination"] |= {"share": draw(SHARES), "share_above_duty_free": draw(SHARES)}
        office["examination"]["share_by_product"] = {"gadgets": draw(SHARES)}
        office["duty_free_limit"] = draw(st.sampled_from([0, 150, 2000]))
    return office


@st.composite
def timetables(draw: st.DrawFn) -> list[Dict]:
    """Entries of every kind, the first of which always gives departures."""
    at = draw(st.sampled_from(["00:00", "02:30", "20:00", "23:59:59"]))
    days = sorted(draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1)))
    entries = [{"weekdays": days, "at": at}]
    if draw(st.booleans()):
        entries.append({"every": draw(hours(9, 70))})
    if draw(st.booleans()):
        entries.append({"on": draw(st.sampled_from(ALWAYS_IN)), "at": at})
    if draw(st.booleans()):
        entries.append({"weekdays": list(WEEKDAYS), "at": "12:00", "from": ALWAYS_IN[0], "until": ALWAYS_IN[2]})
    return entries


@st.composite
def lanes(draw: st.DrawFn, start: str, to: str) -> Dict:
    """A lane to a timetable or on demand."""
    limits = {
        "mass": st.integers(4, 60).map(lambda n: f"{n} kg"),
        "volume": st.integers(20, 300).map(lambda n: f"{n} l"),
    }
    limits["pieces"] = st.integers(1, 80)
    chosen = draw(st.sets(st.sampled_from(sorted(limits)), min_size=1))
    fields: Dict = {
        "payload": {"mass": None} | {name: draw(limits[name]) for name in sorted(chosen)},
        "transit": draw(times(40)),
        "cutoff": draw(hours(0, 30)),
        "cancellation": draw(st.sampled_from([0.0, 0.0, 0.3])),
        "weather_sensitive": draw(st.booleans()),
        "priority": draw(st.integers(0, 2)),
    }
    if draw(st.booleans()):
        return lane(start, to, timetable=draw(timetables()), **fields)
    on_demand = {
        "when_ready": draw(st.sampled_from(["0 g", "3 kg", "20 kg"])),
        "check_every": draw(hours(1, 15)),
        "min_gap": draw(hours(0, 40)),
        "fleet": draw(st.integers(1, 3)),
        "turnaround": draw(hours(0, 9)),
    }
    if draw(st.booleans()):
        on_demand["max_gap"] = draw(hours(10, 90))
    return lane(start, to, on_demand=on_demand, **fields)


@st.composite
def queue_changes(draw: st.DrawFn, path: str, queue: Dict) -> Dict:
    """A change to staffing or times of a queue that has servers."""
    operations = [("servers", {"set": 2}), ("servers", {"add": 3}), ("servers", {"multiply": 0.4})]
    operations += [("service.mean", {"multiply": 1.7}), ("service.mean", {"set": "40 min"})]
    if "dwell" in queue:
        operations += [("dwell.mean", {"multiply": 0.3}), ("dwell.mean", {"add": "1 h"})]
    field, operation = draw(st.sampled_from(operations))
    return draw(dated(f"{path}.{field}", operation))


@st.composite
def changes(draw: st.DrawFn, world: Dict) -> dict[str, Dict]:
    """A few changes to what this world has."""
    closed: Dict = {"set": False}
    kinds = [
        dated("routes.post.tariff.fixed", {"add": 40}),
        dated("routes.post.is_open", closed, may_ramp=False),
        dated("market.origins.harbin.level", {"multiply": draw(st.sampled_from([0.2, 1.6]))}),
        dated("routes.post.loss.share", {"set": 0.5}),
        dated("routes.post.subsidy", {"add": 15}),
        dated("market.origins.harbin.choice.trust", {"set": 30}),
        dated("market.origins.harbin.product_levels.gadgets", {"multiply": draw(st.sampled_from([0.3, 2.2]))}),
    ]
    if "express" in world["routes"]:
        kinds += [dated(f"routes.express.gateways.{region}.usual", {"set": 0.7}) for region in ("ural", "center")]
    if "newcomer" in world["routes"]:
        is_open = world["routes"]["newcomer"]["is_open"]
        kinds += [dated("routes.newcomer.is_open", {"set": not is_open}, may_ramp=False)] * 2
    for name, station in world["stations"].items():
        if "servers" in station:
            kinds += [queue_changes(f"stations.{name}", station)] * 2
            kinds += [dated(f"stations.{name}.is_open", closed, may_ramp=False)]
    for name, office in world["customs"].items():
        kinds += [queue_changes(f"customs.{name}.{part}", office[part]) for part in queues_of(office)]
        if "duty_free_limit" in office:
            kinds += [dated(f"customs.{name}.duty_free_limit", {"set": "200 CNY"})]
    for name, described_lane in world["lanes"].items():
        kinds += [dated(f"lanes.{name}.is_open", closed, may_ramp=False)]
        kinds += [dated(f"lanes.{name}.transit.mean", {"multiply": 2})]
        limit = next(limit for limit in ("mass", "volume", "pieces") if limit in described_lane["payload"])
        kinds += [dated(f"lanes.{name}.payload.{limit}", {"multiply": 0.6})]
    kinds += extra_changes(world)
    chosen = draw(st.lists(st.sampled_from(range(len(kinds))), max_size=6))
    return {f"change-{i}": draw(kinds[kind]) for i, kind in enumerate(chosen)}


def queues_of(office: Dict) -> list[str]:
    """Parts of customs that have servers."""
    return [part for part in ("release", "examination") if "servers" in office.get(part, {})]


@st.composite
def networks(draw: st.DrawFn) -> Dict:
    """Stations, customs, lanes, and one walk over them."""
    n_stations, n_lanes = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    steps = [f"station-{i}" for i in range(n_stations)]
    stations = {name: {"place": "harbin", **draw(queues()), **draw(openings())} for name in steps}
    places, all_lanes, offices = ["harbin", "yekaterinburg", "moscow"][: n_lanes + 1], {}, {}
    for i in range(n_lanes):
        all_lanes[f"lane-{i}"] = draw(lanes(places[i], places[i + 1]))
        steps.append(f"lane-{i}")
        if draw(st.booleans()):
            stations[f"gate-{i}"] = {"place": places[i + 1], **draw(queues()), **draw(openings())}
            steps.append(f"gate-{i}")
    if draw(st.booleans()):
        offices["office"] = draw(customs_offices(places[-1]))
        steps.append("office")
    return {"stations": stations, "lanes": all_lanes, "customs": offices, "steps": [*steps, "inland"]}


@st.composite
def all_routes(draw: st.DrawFn, steps: list[str]) -> tuple[Dict, Dict]:
    """One or two routes over the walk, and their reference shares."""
    loss = {"share": draw(st.sampled_from([0.0, 0.15])), "at": draw(st.sampled_from(steps))}
    post = route("harbin", {"air": {"steps": steps}}, loss=loss, priority=draw(st.integers(0, 9)))
    if not draw(st.booleans()):
        return {"post": post}, {"post": 1}
    shorter = steps[1:] if steps[1].startswith("station") else steps
    paths = {"direct": {"steps": shorter}, "usual": {"steps": steps}}
    shares = {"ural": {"direct": 0.6, "usual": 0.4}, "center": "direct"}
    express = route("harbin", paths, gateways=shares, priority=draw(st.integers(0, 9)), tariff="50 CNY")
    return {"post": post, "express": express}, {"post": 0.55, "express": 0.45}


@st.composite
def newcomers(draw: st.DrawFn, routes: Dict, shares: Dict) -> tuple[Dict, Dict]:
    """No route, or one without a reference share; and what the choice says of it."""
    if not draw(st.booleans()):
        return {}, {}
    usual = draw(st.sampled_from(sorted(shares)))
    fields = {"tariff": draw(st.sampled_from(["12 CNY + 60 CNY/kg", "30 CNY"])), "is_open": draw(st.booleans())}
    return {"newcomer": merged(routes[usual], fields)}, {"like": {"newcomer": usual}}


@st.composite
def feedbacks(draw: st.DrawFn) -> Dict:
    """Switches of the feedback, most of them on."""
    off = draw(st.sets(st.sampled_from(["induced_demand", "route_shift", "congestion", "sellers"]), max_size=2))
    return dict.fromkeys(sorted(off), False)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A whole world."""
    network = draw(networks())
    routes, shares = draw(all_routes(network.pop("steps")))
    extra, shares = draw(extras(network, routes, shares))
    network, routes = merged(network, extra.pop("network")), merged(routes, extra.pop("routes"))
    more, like = draw(newcomers(routes, shares))
    routes = routes | more
    harbin = merged(origin(draw(st.integers(5, 90)), shares, **extra.pop("origin")), {"choice": like})
    start = draw(st.integers(0, 6))
    weather = {"weather": [draw(st.sampled_from([0.0, 0.4]))] * 12}
    world = {
        "seed": draw(st.integers(0, 10**6)),
        "places": {"yekaterinburg": weather},
        "horizon": {
            "start": DAYS[start],
            "end": DAYS[start + draw(st.integers(9, 18))],
            "warm_up": f"{draw(st.integers(0, 4))} d",
            "drain": f"{draw(st.integers(0, 20))} d",
        },
        "market": {
            "origins": {"harbin": harbin},
            "feedback": draw(feedbacks()),
            "review": {"minimum_parcels": draw(st.integers(1, 20)), "smoothing": 0.5},
        },
        **network,
        "routes": routes,
    }
    emptied = {"stations": None, "lanes": None, "customs": None, "routes": None}
    scenario = described("drawn", emptied, merged(world, {"changes": draw(changes(world))}))
    assume(not list(offered(scenario)))  # reference shares that no constants can give are refused
    return scenario
