"""Builds a model from a tree, and says in plain words and with their places what keeps it from being built.

Knows pydantic, and no model by name.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from sim.errors import Problem, ScenarioError, did_you_mean, listed, shown
from sim.reading.annotations import Located, known_keys, locate
from sim.reading.tree import Tree, nearest, problem_at

AnyModel = TypeVar("AnyModel", bound=BaseModel)
Error = dict[str, Any]
MOST_ERRORS = 500
"""More are not told: who has so many has another file in mind."""
Said = tuple[str, str | None]  # message and hint

EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
    "date_type": "a date such as 2016-11-12",
    "date_parsing": "a date such as 2016-11-12",
    "date_from_datetime_parsing": "a date such as 2016-11-12",
    "date_from_datetime_inexact": "a date such as 2016-11-12",
    "finite_number": "a finite number",
    "none_required": "null",
}
COERCIBLE = {"string_type", "int_type", "float_type", "bool_type"}
BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "below"),
    "multiple_of": ("multiple_of", "a multiple of"),
}
LENGTHS = {
    "too_short": ("min_length", "at least", "entries"),
    "too_long": ("max_length", "at most", "entries"),
    "string_too_short": ("min_length", "at least", "characters"),
    "string_too_long": ("max_length", "at most", "characters"),
}


def build(model_class: type[AnyModel], tree: Tree) -> AnyModel:
    """The model that the tree describes; raises ScenarioError with everything that is wrong."""
    model, found = _read(model_class, tree)
    if model is None or found:
        raise ScenarioError(_problem(tree, *chosen) for chosen in found)
    return model


def faults(model_class: type[BaseModel], tree: Tree) -> list[tuple[Error, Located]]:
    """What keeps a model from being built: pydantic's errors, each with where it lies; empty if nothing does."""
    return _read(model_class, tree)[1]


def _read(model_class: type[AnyModel], tree: Tree) -> tuple[AnyModel | None, list[tuple[Error, Located]]]:
    text = json.dumps(tree.plain())
    model, errors = _validated(model_class, text, is_strict=False)
    found = [(error, locate(model_class, tree, error["loc"])) for error in errors]
    # A strict validation alone would refuse the lists and dates that a model's own validators put in place.
    _, stricter = _validated(model_class, text, is_strict=True)
    also = [(error, locate(model_class, tree, error["loc"])) for error in stricter if error["type"] in COERCIBLE]
    found += [(error, at) for error, at in also if _is_coerced(error, at)]
    return model, list(_of_chosen_branches(tree, [(error, at) for error, at in found if not _is_echo(error)]))


def _validated(model_class: type[AnyModel], text: str, *, is_strict: bool) -> tuple[AnyModel | None, list[Any]]:
    try:
        return model_class.model_validate_json(text, strict=is_strict, extra="forbid"), []
    except ValidationError as error:
        return None, error.errors(include_url=False)[:MOST_ERRORS]


def _is_coerced(error: Error, at: Located) -> bool:
    """Whether a scalar would silently become one of another type: '3' a number, true a 1."""
    is_in_union = bool(at.branches) and at.branches[-1][0] == at.path
    return not isinstance(error["input"], list | dict) and not is_in_union


def _is_echo(error: Error) -> bool:
    """Whether a list counts as too short only because some of its entries are wrong."""
    return bool(error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"])


def _of_chosen_branches(tree: Tree, found: list[tuple[Error, Located]]) -> Iterable[tuple[Error, Located]]:
    """Of a union that matches none of its members, keep what was said of the member that was probably meant.

    Meant is the member of the same shape (mapping, list, scalar) with the fewest errors; scalars of one union are
    told together.
    """
    unions = {path: set[tuple[str, str]]() for _, at in found for path, _, _ in at.branches}
    for _, at in found:
        for path, label, shape in at.branches:
            unions[path].add((label, shape))
    for path, members in unions.items():
        chosen = _chosen(tree, path, members, found)
        found = [(error, at) for error, at in found if all(p != path or label in chosen for p, label, _ in at.branches)]
    return _told_together(found)


def _chosen(tree: Tree, path: Any, members: set[tuple[str, str]], found: list[tuple[Error, Located]]) -> set[str]:
    node, _ = nearest(tree, path)
    shape = "mapping" if node.is_mapping else "scalar" if node.is_scalar else "list"
    fitting = {label for label, its_shape in members if its_shape == shape}
    if shape == "scalar" or not fitting:
        return fitting or {label for label, _ in members}
    n_errors = {label: sum((path, label, shape) in at.branches for _, at in found) for label in sorted(fitting)}
    return {min(n_errors, key=lambda label: n_errors[label])}


def _told_together(found: list[tuple[Error, Located]]) -> Iterable[tuple[Error, Located]]:
    by_union: dict[Any, list[tuple[Error, Located]]] = {}
    for number, (error, at) in enumerate(found):
        is_whole = bool(at.branches) and at.branches[-1][0] == at.path
        by_union.setdefault(at.path if is_whole else number, []).append((error, at))
    for group in by_union.values():
        error, at = group[0]
        if len(group) > 1:
            messages = dict.fromkeys(_message(error, at)[0] for error, at in group)
            hints = [hint for error, at in group if (hint := _message(error, at)[1])]
            error = error | {"type": "union", "ctx": {"message": "; ".join(messages), "hint": next(iter(hints), None)}}
        yield error, at


def _problem(tree: Tree, error: Error, at: Located) -> Problem:
    message, hint = _message(error, at)
    path, is_about_key = at.path, at.is_key
    if error["type"] == "missing":
        path = (*path, error["loc"][-1])
    elif error["type"] == "extra_forbidden":
        is_about_key = True
    elif error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        path = (*path, error["ctx"]["discriminator"].strip("'"))
    return problem_at(tree, path, message, hint, is_about_key=is_about_key)


def _message(error: Error, at: Located) -> Said:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind in SAID_OF_ERROR:
        return SAID_OF_ERROR[kind](error)
    if kind in SAID_OF_PLACE:
        return SAID_OF_PLACE[kind](error, at)
    if kind in EXPECTED:
        return f"{EXPECTED[kind]} is expected, not {shown(value)}", None
    if kind in BOUNDS:
        name, words = BOUNDS[kind]
        written = at.expected.written
        bound = written.write(context[name]) if written else f"{context[name]:.15g}"
        return f"{_quoted(error, at)} is out of bounds; {words} {bound} is expected", None
    if kind in LENGTHS:
        name, words, things = LENGTHS[kind]
        return f"{words} {context[name]} {things} are expected, not {len(value)}", None
    message = str(error["msg"])
    return message[:1].lower() + message[1:], None


def _quoted(error: Error, at: Located) -> str:
    """The value, with the documented unit if it was written without one."""
    bare = getattr(at.expected.written, "bare", "")
    return shown(error["input"]) if isinstance(error["input"], str) else f"{shown(error['input'])} {bare}".strip()


def _missing(error: Error) -> Said:
    return f"the key '{error['loc'][-1]}' is missing", None


def _unknown_key(error: Error, at: Located) -> Said:
    key = str(error["loc"][-1])
    known = list(known_keys(at.owner)) if at.owner else []
    return f"unknown key '{key}'", did_you_mean(key, known) or (f"known here: {', '.join(known)}" if known else None)


def _not_one_of(error: Error, at: Located) -> Said:
    options = at.expected.annotation
    known = [getattr(option, "value", option) for option in (get_args(options) or options)]
    value = error["input"]
    hint = did_you_mean(value, filter(_is_text, known)) if isinstance(value, str) else None
    return f"{shown(value)} is not {_any_of(known)}", hint


def _is_text(option: object) -> bool:
    return isinstance(option, str)


def _any_of(known: list[Any]) -> str:
    return f"{'one of ' if len(known) > 1 else ''}{listed([shown(word) for word in known])}"


def _unknown_tag(error: Error) -> Said:
    tag, key = str(error["ctx"]["tag"]), str(error["ctx"]["discriminator"]).strip("'")
    known = [word.strip("'") for word in error["ctx"]["expected_tags"].split(", ")]
    return f"{shown(tag)} is not a known {key}; {_any_of(known)} is expected", did_you_mean(tag, known)


def _no_tag(error: Error) -> Said:
    key = str(error["ctx"]["discriminator"]).strip("'")
    return f"the key '{key}' is missing", None


def _raised(error: Error) -> Said:
    """A validator's own words."""
    raised = error["ctx"]["error"]
    return str(raised), getattr(raised, "hint", None)


def _pattern(error: Error, at: Located) -> Said:
    pattern, value = error["ctx"]["pattern"], str(error["input"])
    described = (getattr(item, "description", None) for item in at.expected.metadata)
    said = next(filter(None, described), f"a text of the pattern {pattern}")
    meant = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
    hint = f"did you mean '{meant}'?" if meant and re.fullmatch(pattern, meant) else None
    return f"{'the key ' if at.is_key else ''}{shown(value)} is not {said}", hint


def _union(error: Error) -> Said:
    return error["ctx"]["message"], error["ctx"]["hint"]


SAID_OF_ERROR: dict[str, Callable[[Error], Said]] = {
    "missing": _missing,
    "union_tag_invalid": _unknown_tag,
    "union_tag_not_found": _no_tag,
    "value_error": _raised,
    "assertion_error": _raised,
    "union": _union,
}
SAID_OF_PLACE: dict[str, Callable[[Error, Located], Said]] = {
    "extra_forbidden": _unknown_key,
    "literal_error": _not_one_of,
    "enum": _not_one_of,
    "string_pattern_mismatch": _pattern,
}
