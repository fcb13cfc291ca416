"""Names in measures: whether the world has what they name, and what is said of a number that a thing does not have."""

from collections.abc import Iterator, Mapping

from sim.errors import did_you_mean, listed
from sim.reading.tree import Path
from sim.scenario.checks.shifts import of_no_share
from sim.scenario.interventions.measures import Measure, OpenExchangeOffice
from sim.scenario.interventions.parts import Wrong
from sim.scenario.scenario import Scenario
from sim.scenario.targets import Target

_SECTIONS = {
    "lane": "lanes",
    "lanes": "lanes",
    "customs": "customs",
    "stations": "stations",
    "consolidations": "consolidations",
    "warehouse": "warehouses",
    "warehouses": "warehouses",
    "route": "routes",
    "routes": "routes",
    "origin": "origins",
    "origins": "origins",
    "products": "products",
}
"""Fields of measures that name things, and the section where these stand."""
_NOUNS = {
    "lanes": "lane",
    "customs": "customs office",
    "stations": "station",
    "consolidations": "consolidation",
    "warehouses": "warehouse",
    "routes": "route",
    "origins": "market origin",
    "products": "product",
    "freight": "freight",
    "last_miles": "last mile",
}
_OF_QUEUES = (".servers", ".service.mean", ".dwell.mean")
_MOST_TOLD = 6


def unknown_names(s: Scenario, measure: Measure) -> Iterator[Wrong]:
    """Names of things that the world does not have."""
    for field, section in _SECTIONS.items():
        named = getattr(measure, field, None) or ()
        known, noun = dict.fromkeys(_known(s, section)), _NOUNS[section]
        if isinstance(measure, OpenExchangeOffice) and field == "stations":
            known, noun = known | dict.fromkeys(s.customs), "station or customs office"
        for i, name in [(None, named)] if isinstance(named, str) else list(enumerate(named)):
            if name not in known:
                key: Path = () if i is None else (name if isinstance(named, Mapping) else i,)
                yield Wrong((field, *key), f"there is no {noun} '{name}'", did_you_mean(name, list(known)), name)


def _known(s: Scenario, section: str) -> Mapping[str, object]:
    found: Mapping[str, object] = s.market.origins if section == "origins" else getattr(s, section)
    return found


def why_not(s: Scenario, number: str, known: Mapping[str, Target]) -> tuple[str, str | None]:
    """Why the world has no such number to change, and a hint."""
    if found := of_no_share(s, number):
        return found
    section, name, rest = _taken_apart(number)
    if section not in _NOUNS or not rest:
        queue = next((number.removesuffix(each) for each in _OF_QUEUES if number.endswith(each)), number)
        queues = {path.removesuffix(each) for path in known for each in _OF_QUEUES if path.endswith(each)}
        meant = [each for each in sorted(queues) if each.endswith(f".{queue}")]
        hint = f"did you mean '{meant[0]}'?" if meant else did_you_mean(queue, sorted(queues))
        return f"'{queue}' names no queue; write stations.X, customs.X.release or the like", hint
    if name not in _known(s, section):
        return f"there is no {_NOUNS[section]} '{name}'", did_you_mean(name, list(_known(s, section)))
    stem = number.removesuffix(rest)
    own = [path.removeprefix(stem) for path in known if path.startswith(stem)]
    message = f"the {_NOUNS[section]} '{name}' has no {rest} to change"
    if rest.startswith("users."):
        return message, f"describe it first: `users: {{{rest.removeprefix('users.')}: false}}`"
    hint = f"it has {listed(own, 'and')}" if 0 < len(own) <= _MOST_TOLD else did_you_mean(rest, own)
    return message, hint


def _taken_apart(number: str) -> tuple[str, str, str]:
    """Section, name of the thing, and what of it is meant."""
    section, _, rest = number.removeprefix("market.").partition(".")
    name, _, rest = rest.partition(".")
    return section, name, rest
