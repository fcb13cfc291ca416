"""Random additions to a random world: containers, freight, warehouses, returns and sellers."""

from typing import Any

from hypothesis import strategies as st

from oracle.base_world import Dict, merged, route
from oracle.drawing import SHARES, dated, hours, openings, queues, times

PAYLOADS: dict[str, st.SearchStrategy[Any]] = {
    "mass": st.integers(1, 12).map(lambda n: f"{n} kg"),
    "volume": st.integers(5, 60).map(lambda n: f"{n} l"),
    "pieces": st.integers(1, 25),
}


@st.composite
def payloads(draw: st.DrawFn) -> Dict:
    """What a container or a load holds: one limit or several."""
    chosen = draw(st.sets(st.sampled_from(sorted(PAYLOADS)), min_size=1))
    return {name: draw(PAYLOADS[name]) for name in sorted(chosen)}


@st.composite
def extras(draw: st.DrawFn, network: Dict, routes: Dict, shares: Dict) -> tuple[Dict, Dict]:
    """Additions to the network, the routes and the origin, and the shares of all routes."""
    post = routes["post"]["paths"]["air"]["steps"]
    network_added: Dict = {}
    routes_added: Dict = {}
    if draw(st.booleans()):
        network_added, routes_added = draw(boxes(network, post))
    if draw(st.booleans()):
        network_added["freight"] = draw(freight(post))
    origin: Dict = {}
    if draw(st.booleans()):
        added, routes_added["shelf"], origin = draw(storehouses(network, post))
        network_added = merged(network_added, added)
    if draw(st.booleans()):
        routes_added = merged(routes_added, {"post": {"returns": draw(returns())}})
    new = [name for name in ("boxes", "shelf") if name in routes_added]
    shares = {name: share * (1 - 0.3 * len(new)) for name, share in shares.items()} | dict.fromkeys(new, 0.3)
    return {"network": network_added, "routes": routes_added, "origin": origin}, shares


def last_lane(steps: list[str]) -> int:
    """Position of the last lane of a walk."""
    return max(i for i, step in enumerate(steps) if step.startswith("lane-"))


@st.composite
def boxes(draw: st.DrawFn, network: Dict, post: list[str]) -> tuple[Dict, Dict]:
    """A route over the same walk whose parcels travel in containers from somewhere before a lane to after it."""
    lanes = [i for i, step in enumerate(post) if step.startswith("lane-")]
    first = draw(st.integers(1, lanes[0]))
    last = draw(st.sampled_from([i for i in lanes if i >= first]))
    place = network["lanes"][post[last]]["to"]
    steps = [*post[:first], "packing", *post[first : last + 1], "depot", *post[last + 1 :]]
    packing = {
        "place": "harbin",
        "container": draw(payloads()),
        "check_every": draw(hours(1, 20)),
        "close_after": draw(hours(0, 60)),
    }
    depot = {"place": place, "unpacks_containers": True, **draw(queues()), **draw(openings())}
    loss = {"share": draw(st.sampled_from([0.0, 0.2])), "at": draw(st.sampled_from(steps))}
    route_added = route("harbin", {"rail": {"steps": steps}}, priority=draw(st.integers(0, 9)), loss=loss)
    added: Dict = {"consolidations": {"packing": packing}, "stations": {"depot": depot}}
    return added, {"boxes": route_added}


@st.composite
def freight(draw: st.DrawFn, post: list[str]) -> Dict:
    """One or two streams over a part of the walk."""
    steps = post[:-1]
    streams = {}
    for name in ("bulk", "background")[: draw(st.integers(1, 2))]:
        first = draw(st.integers(0, len(steps) - 1))
        streams[name] = {
            "steps": steps[first : draw(st.integers(first + 1, len(steps)))],
            "containers_per_week": draw(st.integers(0, 30)),
            "batch": draw(st.integers(1, 6)),
            "level": draw(st.sampled_from([0.5, 1.0, 2.0])),
            "mass": draw(PAYLOADS["mass"]),
            "volume": draw(PAYLOADS["volume"]),
            "priority": draw(st.integers(0, 9)),
        }
    return streams


@st.composite
def stocks(draw: st.DrawFn) -> Dict:
    """Rules for one product."""
    reorder_point = draw(st.integers(0, 30))
    stock: Dict = {"reorder_point": reorder_point, "assortment": draw(st.sampled_from([0.3, 0.9, 1.0]))}
    if draw(st.booleans()):
        stock["initial"] = draw(st.integers(0, 40))
    if draw(st.booleans()):
        return {"policy": "s-S", "order_up_to": reorder_point + draw(st.integers(1, 40)), **stock}
    return {"policy": "R-Q", "quantity": draw(st.integers(1, 40)), **stock}


@st.composite
def returns(draw: st.DrawFn) -> Dict:
    """A share that comes back."""
    return {"share": draw(SHARES), "after": draw(st.just(0) | times(80))}


@st.composite
def storehouses(draw: st.DrawFn, network: Dict, post: list[str]) -> tuple[Dict, Dict, Dict]:
    """A warehouse at the end of the last lane, its route, and classes of sellers that may use it or not."""
    end = last_lane(post)
    place = network["lanes"][post[end]]["to"]
    stock = {name: draw(stocks()) for name in draw(st.sampled_from([("clothes",), ("clothes", "gadgets")]))}
    warehouse: Dict = {
        "place": place,
        "storage": draw(st.integers(10, 400).map(lambda n: f"{n} l")),
        "receiving": draw(queues()),
        "pick": draw(queues()),
        "stock": stock,
        "review_every": draw(hours(1, 60)),
        "replenishment": {
            "origin": "harbin",
            "steps": post[draw(st.integers(0, min(1, end))) : end + 1],
            "load": draw(payloads()),
            "priority": draw(st.integers(0, 9)),
        },
        "ownership": "shared",
        **draw(openings()),
    }
    if draw(st.booleans()):
        warehouse["fallback"] = {"route": "post", "delay": draw(st.just(0) | hours(0, 30))}
    origin: Dict = {}
    if draw(st.booleans()):
        origin = {"sellers": {"classes": {"small": 0.6, "large": 0.4}}}
        warehouse["users"] = draw(st.sampled_from([{"large": True}, {"small": True, "large": False}]))
    path: Dict = {"steps": ["store", "inland"]}
    added: Dict = {"warehouses": {"store": warehouse}}
    if draw(st.booleans()):
        path["return_steps"] = ["back", "store"]
        back = {"from": place, "to": place, "mode": "road", "transit": draw(times(30)), "payload": {"pieces": 5}}
        added["lanes"] = {"back": {**back, "timetable": [{"every": draw(hours(2, 40))}]}}
    route_added = route("harbin", {"store": path}, returns=draw(returns()), priority=draw(st.integers(0, 9)))
    return added, route_added, origin


def extra_changes(world: Dict) -> list[st.SearchStrategy[Dict]]:
    """Changes to what was added to this world."""
    kinds: list[st.SearchStrategy[Dict]] = []
    if "consolidations" in world:
        held = world["consolidations"]["packing"]["container"]
        kinds += [dated("consolidations.packing.close_after", {"multiply": 0.3})]
        kinds += [dated(f"consolidations.packing.container.{limit}", {"multiply": 1.5}) for limit in held]
    kinds += [dated(f"freight.{name}.level", {"multiply": 2.5}) for name in world.get("freight", {})]
    if "warehouses" in world:
        kinds += changes_of_store(world["warehouses"]["store"])
        kinds += [dated("routes.shelf.returns.share", {"set": 0.5})]
    return kinds


def changes_of_store(store: Dict) -> list[st.SearchStrategy[Dict]]:
    """Changes to the warehouse."""

    def change(field: str, operation: Dict, **rest: bool) -> st.SearchStrategy[Dict]:
        return dated(f"warehouses.store.{field}", operation, **rest)

    number = "order_up_to" if store["stock"]["clothes"]["policy"] == "s-S" else "quantity"
    kinds = [
        change("storage", {"multiply": 3}),
        change("storage", {"multiply": 0.5}),
        change("is_open", {"set": False}, may_ramp=False),
        change("stock.clothes.reorder_point", {"add": 15}),
        change(f"stock.clothes.{number}", {"multiply": 0.5}),
        change("stock.clothes.assortment", {"multiply": 0.5}),
    ]
    if "users" in store:
        kinds.append(change("users.large", {"set": not store["users"]["large"]}, may_ramp=False))
    if "fallback" in store:
        kinds.append(change("fallback.delay", {"set": "3 h"}))
    if "servers" in store["pick"]:
        kinds.append(change("pick.servers", {"add": 2}))
    return kinds
