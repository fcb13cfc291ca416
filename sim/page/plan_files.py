"""Plans as scenario files: what is laid over the files of interventions, and nothing that stands there already."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sim.page.sizes import Size
from sim.page.wanted import Chosen
from sim.reading import Tree
from sim.scenario.altering import slug

LONGEST_SLUG = 50


def text_of(base: str, own: str, title: str, names: Sequence[str], overlays: Mapping[str, Any]) -> str:
    """A plan as a scenario file that may stand beside its base: what differs from the interventions' files only."""
    lines = [f"base: {base}.yaml", f"scenario: {_quoted(own)}", f"title: {_quoted(title)}", "interventions:"]
    lines += [line for name in names for line in _block(name, overlays.get(name, {}), 1)]
    return "\n".join(lines) + "\n"


def _keys(path: str) -> list[str]:
    """The keys of a path: what stands under a field of a measure is one key, dots and all."""
    return path.split(".", 3) if path.startswith("measures.") else [path]


def _block(key: str, value: Any, depth: int) -> list[str]:
    pad = "  " * depth
    if not isinstance(value, dict):
        return [f"{pad}{_key(key)}: {_scalar(value)}"]
    if not value:
        return [f"{pad}{_key(key)}: {{}}"]
    return [f"{pad}{_key(key)}:", *(line for name, one in value.items() for line in _block(name, one, depth + 1))]


def _key(key: str) -> str:
    return key if "." not in key else _quoted(key)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    return value if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    """A text in quotes, as JSON, of which YAML 1.2 is a superset."""
    return json.dumps("".join(sign for sign in text if sign.isprintable()), ensure_ascii=False)


def slugs_of(names: Sequence[str], known: Iterable[str]) -> list[str]:
    """A name for each plan's tables: of its own letters if it has any, else its number; each once, none ``known``."""
    taken, found = set(known), []
    for number, name in enumerate(names, 1):
        stem = slug(name)[:LONGEST_SLUG].strip("-") or f"plan-{number}"
        own = next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, 99))) if each not in taken)
        taken.add(own)
        found.append(own)
    return found


def overlay_of(one: Chosen, tree: Tree, sizes: Mapping[str, Size]) -> dict[str, Any]:
    """What is laid over an intervention's file: dates and sizes that were chosen."""
    said: dict[str, Any] = {}
    if one.at is not None:
        said["at"] = one.at.isoformat()
    if one.until is not None:
        said |= _end(one, one.until, tree)
    for path, value in one.sizes.items():
        *above, last = _keys(path)
        node = said
        for key in above:
            node = node.setdefault(key, {})
        node[last] = sizes[path].written(value)
    return said


def _end(one: Chosen, until: date, tree: Tree) -> dict[str, Any]:
    """How a file says until when an intervention acts: one whose start is drawn lasts so long instead."""
    at = one.at or date.fromisoformat(str(tree.children["at"].plain()))
    if "starts_within" in tree.children:
        return {"lasts": f"{max((until - at).days, 1)} d"}
    return {"until": until.isoformat()} | ({"lasts": None} if "lasts" in tree.children else {})
