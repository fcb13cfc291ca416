"""Names in a file that cannot be built yet: whether there is what they name, whatever else is wrong with it.

A wrong unit or date keeps a scenario from being built, and the checks across it from being made. These look at the file
as it is written, so that a misspelt name is told in the same breath. Knows keys and names only.
"""

from collections.abc import Iterable, Iterator, Mapping

from sim.errors import Problem, did_you_mean
from sim.reading import Tree
from sim.reading.tree import Path
from sim.scenario.checks.ways import NOUNS

ANY = "*"
"""Every key of a mapping, or entry of a list."""
STEP = "step"
Known = Mapping[str, frozenset[str]]
"""Names by section; one that is no mapping is not there, since what it was to hold is not known."""

SECTIONS = {
    "places": "place",
    "regions": "region",
    "products": "product",
    "origins": "market origin",
    "routes": "route",
    "freight": "freight",
    **NOUNS,
}
"""Sections whose names others use, and what one of their things is called."""
_NAMING: dict[tuple[str, ...], str] = {
    **{(section, ANY, "place"): "places" for section in ("stations", "customs", "consolidations", "warehouses")},
    ("lanes", ANY, "from"): "places",
    ("lanes", ANY, "to"): "places",
    ("routes", ANY, "origin"): "origins",
    ("freight", ANY, "origin"): "origins",
    ("routes", ANY, "paths", ANY, "steps", ANY): STEP,
    ("routes", ANY, "paths", ANY, "return_steps", ANY): STEP,
    ("freight", ANY, "steps", ANY): STEP,
    ("warehouses", ANY, "replenishment", "origin"): "places",
    ("warehouses", ANY, "replenishment", "steps", ANY): STEP,
}
"""Where names stand, and the section that has them."""
_IN_MEASURES = {
    **{name: name for name in ("lanes", "customs", "consolidations", "warehouses", "routes", "products", "origins")},
    **{"lane": "lanes", "warehouse": "warehouses", "route": "routes", "origin": "origins", "stations": STEP},
}
"""Fields of measures that name things; an exchange office names customs among its stations."""
_NUMBERS = ("change", "queues")
"""Keys whose texts are numbers or queues by their path, `stations.X.servers`."""


def known_in(*trees: Tree) -> dict[str, frozenset[str]]:
    """The names that files describe, by section."""
    at = {section: ("market", section) if section == "origins" else (section,) for section in SECTIONS}
    nodes = {section: [node for tree in trees for _, node in _at(tree, path)] for section, path in at.items()}
    known = {section: _names(of) for section, of in nodes.items() if all(node.is_mapping for node in of)}
    if known.keys() >= NOUNS.keys():
        known[STEP] = frozenset().union(*(known[section] for section in NOUNS))
    return known


def _names(nodes: Iterable[Tree]) -> frozenset[str]:
    return frozenset(key for node in nodes for key in node.children)


def besides(problems: Iterable[Problem], more: Iterable[Problem]) -> list[Problem]:
    """Problems, and more of them where nothing is told yet: one place is wrong once."""
    told = list(problems)
    places = {(each.file, each.line, each.col) for each in told}
    return [*told, *(each for each in more if (each.file, each.line, each.col) not in places)]


def misspelt(tree: Tree) -> list[Problem]:
    """Names in a scenario, with its interventions in it whole, that nothing has."""
    known = known_in(tree)
    found = [each for pattern, section in _NAMING.items() for each in _unknown(tree, pattern, section, known)]
    found += _in_numbers(tree, ("changes", ANY), known)
    for path, measures in _at(tree, ("interventions", ANY, "measures")):
        found += misspelt_in_measures(measures, known, path)
    return found


def misspelt_in_measures(measures: Tree, known: Known, at: Path) -> list[Problem]:
    """Names in measures, which stand at a path, that nothing has."""
    found: list[Problem] = []
    for name, measure in measures.children.items():
        here = (*at, name)
        found += _in_numbers(measure, (), known, here)
        for field, section in _IN_MEASURES.items():
            for pattern in ((field,), (field, ANY)):
                found += _unknown(measure, pattern, section, known, here)
            keys = measure.children.get(field)
            if keys is not None:
                marks = {key: child.key_mark or child.mark for key, child in keys.children.items()}
                found += [problem for key, mark in marks.items()
                          for problem in _told(Tree(key, mark), (*here, field, key), section, known)]  # fmt: skip
    return found


def _unknown(tree: Tree, pattern: tuple[str, ...], section: str, known: Known, at: Path = ()) -> Iterator[Problem]:
    for path, node in _at(tree, pattern):
        yield from _told(node, (*at, *path), section, known)


def _told(node: Tree, path: Path, section: str, known: Known) -> Iterator[Problem]:
    if isinstance(node.value, str) and section in known and node.value not in known[section]:
        noun = SECTIONS.get(section, "station, customs office, lane or other step")
        hint = did_you_mean(node.value, sorted(known[section]))
        yield node.mark.problem(f"there is no {noun} '{node.value}'", path, hint)


def _in_numbers(tree: Tree, pattern: tuple[str, ...], known: Known, at: Path = ()) -> Iterator[Problem]:
    """Of numbers and queues by their path: whether there is the thing that they are of."""
    for key in _NUMBERS:
        for under in ((*pattern, key), (*pattern, key, ANY)):
            for path, node in _at(tree, under):
                section, _, rest = str(node.value).removeprefix("market.").partition(".")
                name = rest.partition(".")[0]
                if node.is_scalar and rest and section in known and name not in known[section]:
                    hint = did_you_mean(name, sorted(known[section]))
                    yield node.mark.problem(f"there is no {SECTIONS[section]} '{name}'", (*at, *path), hint)


def _at(tree: Tree, pattern: tuple[str, ...], at: Path = ()) -> Iterator[tuple[Path, Tree]]:
    """All nodes at the paths that a pattern stands for."""
    if not pattern:
        yield at, tree
    elif pattern[0] == ANY:
        children = dict(tree.children) if tree.is_mapping else dict(enumerate(tree.items))
        for key, child in children.items():
            if child.value is not None:
                yield from _at(child, pattern[1:], (*at, key))
    elif (one := tree.child(pattern[0])) is not None:
        yield from _at(one, pattern[1:], (*at, pattern[0]))
