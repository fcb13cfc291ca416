"""Walks the annotations of a model along the location of an error: which part of the file it means, what is known.

Pydantic's locations name things that are in no file: the chosen member of a union, and what a validator put in
between. Knows no model by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from sim.reading.tree import Path, Tree
from sim.units import Written

Step = str | int


@dataclass(frozen=True)
class Expected:
    """What an annotation asks for, without Optional and Annotated around it."""

    annotation: Any
    metadata: tuple[Any, ...] = ()

    @property
    def written(self) -> Written | None:
        """How it is written in a file, if it has a way of its own."""
        return next((item for item in self.metadata if isinstance(item, Written)), None)

    @property
    def model(self) -> type[BaseModel] | None:
        """The model, if it is one."""
        is_model = isinstance(self.annotation, type) and issubclass(self.annotation, BaseModel)
        return self.annotation if is_model else None

    @property
    def members(self) -> tuple[Any, ...]:
        """The members, if it is a union of several."""
        is_union = get_origin(self.annotation) in (Union, UnionType) and self.written is None
        return get_args(self.annotation) if is_union else ()

    @property
    def discriminator(self) -> str | None:
        """The key that tells the members of a union apart, if a key does."""
        # By attribute: importing pydantic.types for its Discriminator and Tag would take longer than reading a file.
        found = (getattr(item, "discriminator", None) for item in self.metadata)
        return next((name for name in found if isinstance(name, str)), None)

    @property
    def tag(self) -> str | None:
        """The name that a member of a union was given, if it was."""
        return next((item.tag for item in self.metadata if isinstance(getattr(item, "tag", None), str)), None)

    @property
    def shape(self) -> str:
        """Which kind of node it takes: mapping, list or scalar."""
        origin = get_origin(self.annotation) or self.annotation
        if self.written or not isinstance(origin, type):
            return "scalar"
        if self.model or issubclass(origin, Mapping):
            return "mapping"
        return "list" if issubclass(origin, list | tuple | set | frozenset) else "scalar"


def expected(annotation: Any, metadata: tuple[Any, ...] = ()) -> Expected:
    """The annotation taken out of Optional and Annotated; what was said around it is kept."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return expected(inner, (*metadata, *more))
    if get_origin(annotation) in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not NoneType]
        return expected(members[0], metadata) if len(members) == 1 else Expected(Union[tuple(members)], metadata)  # noqa: UP007
    if hasattr(annotation, "__value__"):
        return expected(annotation.__value__, metadata)
    return Expected(annotation, metadata)


def known_keys(model: type[BaseModel]) -> dict[str, Any]:
    """What a field expects, by its name in a file."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def field_of(model: type[BaseModel], step: Step) -> Expected:
    """What the field of that name in a file expects."""
    info = known_keys(model).get(str(step)) or model.model_fields.get(str(step))
    return (
        expected(info.annotation, (*info.metadata, *([info] if info.discriminator else []))) if info else Expected(Any)
    )


@dataclass
class Located:
    """Where in a tree a location lies: the path that exists, and what was expected at its end."""

    path: Path = ()
    expected: Expected = field(default_factory=lambda: Expected(Any))
    owner: type[BaseModel] | None = None  # the model whose field the last step names
    is_key: bool = False
    branches: tuple[tuple[Path, str, str], ...] = ()  # each union passed: where, which member, and its shape


def locate(model: type[BaseModel], tree: Tree, location: tuple[Step, ...]) -> Located:
    """Follow a location of pydantic from the model downwards; a step that the file does not have is left out."""
    at, node, above = Located(expected=Expected(model)), tree, Expected(Any)
    for step in location:
        if at.expected.members:
            member = _member(at.expected, str(step))
            if at.expected.discriminator is None:
                at.branches = (*at.branches, (at.path, str(step), member.shape))
            at.expected = member
            continue
        if step == "[key]":
            at.is_key, at.expected = True, expected((get_args(above.annotation) or (Any,))[0])
            continue
        above = at.expected
        at.owner, at.expected = above.model, _below(above, step)
        child = node.child(step)
        if child is not None:
            at.path, node = (*at.path, step), child
    return at


def _below(above: Expected, step: Step) -> Expected:
    if above.model:
        return field_of(above.model, step)
    arguments = get_args(above.annotation)
    if not arguments or above.shape == "scalar":
        return Expected(Any)
    if above.shape == "mapping":
        return expected(arguments[-1])
    is_fixed = get_origin(above.annotation) is tuple and Ellipsis not in arguments
    return expected(arguments[step] if is_fixed and isinstance(step, int) and step < len(arguments) else arguments[0])


def _member(union: Expected, label: str) -> Expected:
    """The member that pydantic means by its label: a tag, the name of a model, or the beginning of a type."""
    members = [expected(member) for member in union.members]
    if union.discriminator:
        members = [member for member in members if label in tags(member, union.discriminator)]
        return members[0] if members else Expected(Any)
    scores = [_likeness(member, label) for member in members]
    return members[scores.index(max(scores))]


def tags(member: Expected, discriminator: str) -> list[str]:
    """The values of the discriminating key that choose this member of a union."""
    if member.tag or member.model is None:
        return [member.tag or ""]
    values = get_args(field_of(member.model, discriminator).annotation)
    return [str(value.value if isinstance(value, Enum) else value) for value in values]


def _likeness(member: Expected, label: str) -> int:
    origin = get_origin(member.annotation) or member.annotation
    name = getattr(origin, "__name__", str(origin)).lower()
    if member.tag == label:
        return 3
    if member.written:
        return 2 if label.startswith("function-plain") else -1
    if label == getattr(origin, "__name__", None):
        return 3
    is_literal = origin is Literal and label.startswith("literal")
    return 2 if label.lower().startswith(name) or is_literal else int(name in label.lower())
