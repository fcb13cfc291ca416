"""Checks across a scenario: references, walks, shares, timetables. All problems are found at once.

Each check is a generator of (path, message, hint); where in which file a problem stands is looked up in the tree
afterwards. A name that is unknown is reported once, and not again by what follows from it.
"""

from collections.abc import Iterator
from datetime import timedelta

from sim.errors import Problem, UnitError, shown
from sim.ids import origin_code
from sim.reading import Tree, problem_at
from sim.reading.tree import Path
from sim.scenario.findings import Found, known_name, sum_to_one
from sim.scenario.scenario import Scenario
from sim.scenario.targets import Target, UnknownTargetError, find, mean, targets
from sim.scenario.walks import circles, routes
from sim.ticks import DAY, EPOCH, HOUR
from sim.units import Quantity

LAST_YEAR = 2199
COMMON_COUNTRIES = frozenset({"BY", "CN", "KG", "KZ", "MN", "RU", "UZ"})
"""Their holidays are known. Of others the package of holidays is asked: importing it takes as long as all checks."""


def problems_across(scenario: Scenario, tree: Tree, own_file: str) -> list[Problem]:
    """Everything wrong with a scenario that no single field shows; ``own_file`` is the scenario's own."""
    horizon = [_problem(tree, *found) for found in _horizon(scenario)]
    checks = (_names, _places, _holidays, _shares, routes, circles, _market, _payloads, _changes)
    problems = [_problem(tree, *found) for check in checks for found in check(scenario)]
    if horizon:
        return problems + horizon
    # A corridor may well describe years that a scenario does not reach; what the scenario's own file says must act.
    late = [_problem(tree, *found) for found in _outside_the_horizon(scenario)]
    return problems + [problem for problem in late if problem.file == own_file]


def _problem(tree: Tree, path: Path, message: str, hint: str | None) -> Problem:
    """At the value; or at the key, where the message is about its name."""
    return problem_at(tree, path, message, hint, is_about_key=f"'{path[-1]}'" in message)


def _horizon(s: Scenario) -> Iterator[Found]:
    """The simulated time must lie where instants are counted and calendars are known."""
    first = (s.horizon.start - EPOCH).days
    if s.horizon.warm_up > first * DAY:
        yield ("horizon", "warm_up"), f"the warm-up begins before {EPOCH}; at most {first} d are possible", None


def _names(s: Scenario) -> Iterator[Found]:
    """Steps are named without their section, so their names must differ."""
    seen: dict[str, str] = {}
    for section in ("stations", "customs", "lanes", "last_miles"):
        for name in getattr(s, section):
            if name in seen:
                yield (
                    (section, name),
                    f"'{name}' already names one of the {seen[name]}; steps need names of their own",
                    None,
                )
            seen[name] = section


def _places(s: Scenario) -> Iterator[Found]:
    for section in ("stations", "customs"):
        for name, thing in getattr(s, section).items():
            yield from known_name((section, name, "place"), thing.place, s.places, "place")
    for name, lane in s.lanes.items():
        yield from known_name(("lanes", name, "from"), lane.from_, s.places, "place")
        yield from known_name(("lanes", name, "to"), lane.to, s.places, "place")
    for name, last_mile in s.last_miles.items():
        for place, times in last_mile.times.items():
            yield from known_name(("last_miles", name, "times", place), place, s.places, "place")
            for region in times:
                yield from known_name(("last_miles", name, "times", place, region), region, s.regions, "region")
    for name, customs in s.customs.items():
        for product in customs.examination.share_by_product if customs.examination else ():
            path = ("customs", name, "examination", "share_by_product", product)
            yield from known_name(path, product, s.products, "product")


def _holidays(s: Scenario) -> Iterator[Found]:
    """What closes on public holidays must lie in a country whose holidays are known."""
    closing = {station.place for station in s.stations.values() if station.closed_on_holidays}
    closing |= {customs.place for customs in s.customs.values() if customs.closed_on_holidays}
    for name in sorted(closing & s.places.keys()):
        country = s.places[name].country
        if country not in COMMON_COUNTRIES and not _has_holidays(country):
            yield ("places", name, "country"), f"no public holidays are known of the country {country}", None


def _has_holidays(country: str) -> bool:
    import holidays

    return country in holidays.list_supported_countries()


def _shares(s: Scenario) -> Iterator[Found]:
    for section in ("regions", "products"):
        shares = {name: thing.order_share for name, thing in getattr(s, section).items()}
        yield from sum_to_one((section,), shares, f"shares of the {section}")
    for name, origin in s.market.origins.items():
        path = ("market", "origins", name)
        for field, known in (("region_shares", s.regions), ("product_shares", s.products)):
            shares = getattr(origin, field)
            if shares is not None:
                for key in shares:
                    yield from known_name((*path, field, key), key, known, field.split("_")[0])
                for key in known:
                    if key not in shares:
                        yield (*path, field), f"the {field.split('_')[0]} '{key}' has no share here", None
                yield from sum_to_one((*path, field), shares, field.replace("_", " "))


def _market(s: Scenario) -> Iterator[Found]:
    for name, origin in s.market.origins.items():
        at: Path = ("market", "origins", name)
        yield from known_name(at, name, s.places, "place")
        shares = origin.choice.reference_shares
        path = (*at, "choice", "reference_shares")
        total = shares.inside + shares.other_gateway + shares.not_bought
        if abs(total - 1) > 1e-6:
            yield path, f"the shares inside, other_gateway and not_bought sum to {total:.6g}, not 1", None
        own = [route for route in s.routes if s.routes[route].origin == name]
        for route in shares.routes:
            if route not in s.routes:
                yield from known_name((*path, "routes", route), route, s.routes, "route")
            elif route not in own and s.routes[route].origin in s.market.origins:
                yield (*path, "routes", route), f"the route '{route}' does not start here, in {name}", None
        for route in own:
            if route not in shares.routes:
                yield (*path, "routes"), f"the route '{route}' has no share here", None
        yield from sum_to_one((*path, "routes"), shares.routes, "shares of the routes")
        yield from _origin(s, name, at)


def _origin(s: Scenario, name: str, at: Path) -> Iterator[Found]:
    origin = s.market.origins[name]
    if name in s.places and s.places[name].utc_offset % HOUR:
        yield ("places", name, "utc_offset"), "a market origin needs an offset of whole hours", None
    level = origin.growth.levels.get(origin.reference_year) if origin.growth else 1.0
    if level != 1:
        yield (
            (*at, "growth", "levels"),
            f"the reference year {origin.reference_year} must stand here with level 1",
            None,
        )
    for other in s.market.origins:
        if other < name and origin_code(other) == origin_code(name):
            yield at, f"the orders of '{name}' and '{other}' would get the same numbers; rename one of the two", None


def _payloads(s: Scenario) -> Iterator[Found]:
    """A lane that cannot lift a single parcel of the mean weight of any product."""
    lightest = min(mean(product.weight) for product in s.products.values())
    for name, lane in s.lanes.items():
        if lane.payload.mass is not None and lane.payload.mass < lightest:
            yield ("lanes", name, "payload", "mass"), f"less than the lightest product's mean of {lightest:.0f} g", None


def _outside_the_horizon(s: Scenario) -> Iterator[Found]:
    first = s.horizon.start - timedelta(days=s.horizon.warm_up // DAY)
    last = s.horizon.end + timedelta(days=s.horizon.drain // DAY)
    for name, lane in s.lanes.items():
        for i, entry in enumerate(lane.timetable or ()):
            begins, ends = entry.from_ or entry.on, entry.until or entry.on
            if (begins and begins >= last) or (ends and ends < first):
                path: Path = ("lanes", name, "timetable", i)
                yield path, f"the timetable lies outside the simulated time, {first} to {last}", None
            if entry.every and entry.every >= (last - first).days * DAY:
                yield ("lanes", name, "timetable", i, "every"), "the interval is longer than the simulated time", None
    for name, change in s.changes.items():
        if change.at >= last or (change.until is not None and change.until <= first):
            yield ("changes", name), f"the change lies outside the simulated time, {first} to {last}", None


def _changes(s: Scenario) -> Iterator[Found]:
    known = targets(s)
    for name, change in s.changes.items():
        at: Path = ("changes", name)
        if change.at.year > LAST_YEAR:
            yield (*at, "at"), f"the change lies after {LAST_YEAR}", None
        try:
            target = find(known, change.change)
        except UnknownTargetError as error:
            yield (*at, "change"), str(error), error.hint
            continue
        for operation in ("set", "add", "multiply"):
            if (value := getattr(change, operation)) is not None:
                for message, hint in _of_operation(target, operation, value):
                    yield (*at, operation), message, hint


def _of_operation(target: Target, operation: str, value: float | str | bool) -> Iterator[tuple[str, str | None]]:
    """What is wrong with the value of one operation on a number."""
    said = shown(int(value) if isinstance(value, float) and value.is_integer() else value)
    if target.is_switch and operation != "set":
        yield f"{target.path} is a switch: only `set` changes it", None
    elif target.is_switch != isinstance(value, bool):
        yield f"{target.path} takes {'true or false' if target.is_switch else 'a number'}, not {said}", None
    elif not target.is_switch and operation != "multiply":
        try:
            parsed = target.parsed(value)
        except UnitError as error:
            yield str(error), error.hint
            return
        if operation == "set" and not target.least <= parsed <= target.most:
            quantity = Quantity(target.dimension, target.bare)
            words, bound = ("at least", target.least) if parsed < target.least else ("at most", target.most)
            bound = quantity.write(int(bound) if float(bound).is_integer() else bound)
            yield f"{said} is out of bounds; {target.path} is {words} {bound}", None
