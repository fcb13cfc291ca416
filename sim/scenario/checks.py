"""Checks across a scenario: references, walks, shares, timetables. All problems are found at once.

Each check is a generator of (path, message, hint); where in which file a problem stands is looked up in the tree
afterwards. A name that is unknown is reported once, and not again by what follows from it.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from sim.errors import Problem, UnitError, did_you_mean, shown
from sim.ids import origin_code
from sim.reading import Tree, problem_at
from sim.reading.tree import Path
from sim.scenario.routes import Route
from sim.scenario.scenario import Scenario, World
from sim.scenario.targets import Target, UnknownTargetError, find, mean, targets
from sim.ticks import DAY, EPOCH, HOUR
from sim.units import Quantity

Found = tuple[Path, str, str | None]

LONGEST_RAMP = 3660 * DAY
LONGEST_DRAIN = 3660 * DAY
LAST_YEAR = 2199
COMMON_COUNTRIES = frozenset({"BY", "CN", "KG", "KZ", "MN", "RU", "UZ"})
"""Their holidays are known. Of others the package of holidays is asked: importing it takes as long as all checks."""


def problems_across(scenario: Scenario, tree: Tree, own_file: str) -> list[Problem]:
    """Everything wrong with a scenario that no single field shows; ``own_file`` is the scenario's own."""
    horizon = [_problem(tree, *found) for found in _horizon(scenario)]
    checks = (_names, _places, _holidays, _shares, _routes, _circles, _market, _payloads, _changes)
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
    if s.horizon.drain > LONGEST_DRAIN:
        yield ("horizon", "drain"), f"the drain is longer than {LONGEST_DRAIN // DAY} d", None


def _near(name: str, known: Iterable[str]) -> str | None:
    return did_you_mean(name, list(known))


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
            yield from _known((section, name, "place"), thing.place, s.places, "place")
    for name, lane in s.lanes.items():
        yield from _known(("lanes", name, "from"), lane.from_, s.places, "place")
        yield from _known(("lanes", name, "to"), lane.to, s.places, "place")
    for name, last_mile in s.last_miles.items():
        for place, times in last_mile.times.items():
            yield from _known(("last_miles", name, "times", place), place, s.places, "place")
            for region in times:
                yield from _known(("last_miles", name, "times", place, region), region, s.regions, "region")
    for name, customs in s.customs.items():
        for product in customs.examination.share_by_product if customs.examination else ():
            path = ("customs", name, "examination", "share_by_product", product)
            yield from _known(path, product, s.products, "product")


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


def _known(path: Path, name: str, known: Iterable[str], noun: str) -> Iterator[Found]:
    names = set(known)
    if name not in names:
        yield path, f"there is no {noun} '{name}'", _near(name, sorted(names))


def _shares(s: Scenario) -> Iterator[Found]:
    for section in ("regions", "products"):
        shares = {name: thing.order_share for name, thing in getattr(s, section).items()}
        yield from _sum((section,), shares, f"shares of the {section}")
    for name, origin in s.market.origins.items():
        path = ("market", "origins", name)
        for field, known in (("region_shares", s.regions), ("product_shares", s.products)):
            shares = getattr(origin, field)
            if shares is not None:
                for key in shares:
                    yield from _known((*path, field, key), key, known, field.split("_")[0])
                for key in known:
                    if key not in shares:
                        yield (*path, field), f"the {field.split('_')[0]} '{key}' has no share here", None
                yield from _sum((*path, field), shares, field.replace("_", " "))


def _sum(path: Path, shares: dict[str, float], noun: str) -> Iterator[Found]:
    total = sum(shares.values())
    if abs(total - 1) > 1e-6:
        yield path, f"the {noun} sum to {total:.6g}, not 1", None


def _routes(s: Scenario) -> Iterator[Found]:
    for name, route in s.routes.items():
        at: Path = ("routes", name)
        yield from _known((*at, "origin"), route.origin, s.market.origins, "market origin")
        for region in route.promise:
            yield from _known((*at, "promise", region), region, s.regions, "region")
            if region in s.regions and region not in route.gateways:
                yield (*at, "gateways"), f"no path is named for the region '{region}', which has a promise", None
        for field in ("tariff_by_product", "products"):
            for i, product in enumerate(getattr(route, field) or ()):
                step = i if field == "products" else product
                yield from _known((*at, field, step), product, s.products, "product")
        for path_name in route.paths:
            yield from _walk(s, route, at, path_name)
        yield from _gateways(s, route, at)
        yield from _named_steps(s, route, at)
        if not _serves_someone(s, route):
            yield at, "the route serves nobody: no orders fall on its regions and products", None


def _serves_someone(s: World, route: Route) -> bool:
    """Whether orders of its origin fall on a region it promises and a product it carries; true if names are wrong."""
    products = {*(s.products if route.products is None else route.products)}
    if route.origin not in s.market.origins or route.promise.keys() - s.regions.keys() or products - s.products.keys():
        return True
    origin = s.market.origins[route.origin]
    of_region = origin.region_shares or {name: region.order_share for name, region in s.regions.items()}
    of_product = origin.product_shares or {name: product.order_share for name, product in s.products.items()}
    has_regions = any(of_region.get(name, 0) for name in route.promise)
    return has_regions and any(of_product.get(name, 0) for name in products)


def _place_at(s: World, step: str, here: str | None) -> tuple[str | None, str | None]:
    """Where a step must begin, and where it ends; None for a place that there is not."""
    if step in s.lanes:
        ends = s.lanes[step].from_, s.lanes[step].to
    elif step in s.stations or step in s.customs:
        place = (s.stations.get(step) or s.customs[step]).place
        ends = place, place
    else:
        return here, here
    begins, stops = (place if place in s.places else None for place in ends)
    return begins, stops


def _walk(s: World, route: Route, at: Path, name: str) -> Iterator[Found]:
    """Whether the steps of a path follow one another in space, each once, from the origin to a last mile."""
    steps = route.paths[name].steps
    here: str | None = route.origin if route.origin in s.market.origins else None
    known = [*s.stations, *s.customs, *s.lanes, *s.last_miles]
    for i, step in enumerate(steps):
        path = (*at, "paths", name, "steps", i)
        if step not in known:
            yield path, f"there is no station, customs, lane or last mile '{step}'", _near(step, known)
            here = None
            continue
        if step in steps[:i]:
            yield path, f"the path passes '{step}' twice", None
        begins, ends = _place_at(s, step, here)
        if None not in (here, begins) and begins != here:
            yield path, f"the path cannot be walked: it is in {here}, but '{step}' begins in {begins}", None
        here = ends
        if (step in s.last_miles) != (i == len(steps) - 1):
            yield path, "a path ends in a last mile, and has none before its end", None
    if steps[-1] in s.last_miles and here is not None:
        times = s.last_miles[steps[-1]].times.get(here, {})
        for region in _regions_of(route, name):
            if region in s.regions and region not in times:
                path = (*at, "paths", name, "steps", len(steps) - 1)
                yield path, f"the last mile '{steps[-1]}' has no time from {here} to the region '{region}'", None


def _regions_of(route: Route, path: str) -> list[str]:
    return [
        region
        for region, choice in route.gateways.items()
        if region in route.promise and (choice == path or (isinstance(choice, dict) and path in choice))
    ]


def _gateways(s: World, route: Route, at: Path) -> Iterator[Found]:
    for region, choice in route.gateways.items():
        path = (*at, "gateways", region)
        yield from _known(path, region, s.regions, "region")
        if isinstance(choice, str):
            yield from _known(path, choice, route.paths, "path")
            continue
        for name in choice:
            yield from _known((*path, name), name, route.paths, "path")
        yield from _sum(path, choice, "shares of the paths")


def _named_steps(s: World, route: Route, at: Path) -> Iterator[Found]:
    all_steps = {step for path in route.paths.values() for step in path.steps}
    if route.loss:
        yield from _of_route((*at, "loss", "at"), route.loss.at, all_steps)
    if route.posted_after:
        yield from _of_route((*at, "posted_after"), route.posted_after, all_steps)
        if route.posted_after in s.last_miles:
            yield (*at, "posted_after"), "a parcel is posted before the last mile, not after it", None
        for name, path in route.paths.items():
            if route.posted_after in all_steps and route.posted_after not in path.steps:
                yield (*at, "posted_after"), f"the path '{name}' does not pass '{route.posted_after}'", None
    for name, path in route.paths.items():
        if path.reroute is not None:
            yield from _reroute(s, route, (*at, "paths", name, "reroute"), name, path.reroute)


def _of_route(path: Path, step: str, steps: set[str]) -> Iterator[Found]:
    if step not in steps:
        yield path, f"no path of this route passes '{step}'", _near(step, sorted(steps))


def _reroute(s: World, route: Route, at: Path, name: str, other: str) -> Iterator[Found]:
    if other not in route.paths:
        yield from _known(at, other, route.paths, "path")
        return
    steps, target = route.paths[name].steps, route.paths[other].steps
    known = {*s.stations, *s.customs, *s.lanes, *s.last_miles}
    if not {*steps, *target} <= known:
        return
    position = next((i for i, pair in enumerate(zip(steps, target, strict=False)) if pair[0] != pair[1]), None)
    shared = (steps[position], target[position]) if position is not None else ("", "")
    if not all(step in s.lanes for step in shared):
        yield at, f"'{other}' is no detour: the two paths must be the same up to a lane of each", None
        return
    for step, taking_over in zip(steps, target, strict=False):
        if step in s.lanes and taking_over in s.lanes and s.lanes[step].from_ != s.lanes[taking_over].from_:
            jump = f"from {s.lanes[step].from_} to {s.lanes[taking_over].from_}"
            yield at, f"'{other}' is no detour: where '{step}' is closed, parcels would jump {jump}", None
    served = s.last_miles[target[-1]].times.get(_end(s, target), {}) if target[-1] in s.last_miles else {}
    for region in _regions_of(route, name):
        if region in s.regions and region not in served:
            yield at, f"'{other}' is no detour: it does not reach the region '{region}'", None


def _end(s: World, steps: tuple[str, ...]) -> str:
    return next((s.lanes[step].to for step in reversed(steps) if step in s.lanes), "")


def _circles(s: Scenario) -> Iterator[Found]:
    """Between lanes, stations must form no circle."""
    after: dict[str, set[str]] = {}
    for route in s.routes.values():
        for path in route.paths.values():
            if len(set(path.steps)) < len(path.steps):
                continue  # reported by itself
            for step, following in zip(path.steps, path.steps[1:], strict=False):
                if step not in s.lanes and following not in s.lanes:
                    after.setdefault(step, set()).add(following)
    done: set[str] = set()
    for start in after:
        circle = _circle(after, start, done)
        if circle:
            section = "stations" if circle[0] in s.stations else "customs"
            yield (section, circle[0]), f"stations stand in a circle between lanes: {' -> '.join(circle)}", None
            return


def _circle(after: dict[str, set[str]], start: str, done: set[str]) -> list[str]:
    """The first circle reached from ``start``, without recursion; ``done`` is known to lead to none."""
    trail: list[str] = []
    stack: list[tuple[str, Iterator[str]]] = [(start, iter(sorted(after.get(start, ()))))]
    trail.append(start)
    while stack:
        following = next(stack[-1][1], None)
        if following is None:
            done.add(stack.pop()[0])
            trail.pop()
        elif following in trail:
            return [*trail[trail.index(following) :], following]
        elif following not in done:
            stack.append((following, iter(sorted(after.get(following, ())))))
            trail.append(following)
    return []


def _market(s: Scenario) -> Iterator[Found]:
    for name, origin in s.market.origins.items():
        at: Path = ("market", "origins", name)
        yield from _known(at, name, s.places, "place")
        shares = origin.choice.reference_shares
        path = (*at, "choice", "reference_shares")
        total = shares.inside + shares.other_gateway + shares.not_bought
        if abs(total - 1) > 1e-6:
            yield path, f"the shares inside, other_gateway and not_bought sum to {total:.6g}, not 1", None
        own = [route for route in s.routes if s.routes[route].origin == name]
        for route in shares.routes:
            if route not in s.routes:
                yield from _known((*path, "routes", route), route, s.routes, "route")
            elif route not in own and s.routes[route].origin in s.market.origins:
                yield (*path, "routes", route), f"the route '{route}' does not start here, in {name}", None
        for route in own:
            if route not in shares.routes:
                yield (*path, "routes"), f"the route '{route}' has no share here", None
        yield from _sum((*path, "routes"), shares.routes, "shares of the routes")
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
        if change.ramp > LONGEST_RAMP:
            yield (*at, "ramp"), f"the ramp is longer than {LONGEST_RAMP // DAY} d", None
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
