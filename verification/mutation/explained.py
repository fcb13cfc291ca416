"""Why mutants that no test saw are let live: `explained.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from verification.mutation.outcomes import Outcome

FILE = Path(__file__).with_name("explained.toml")
KINDS = {
    "same": "the same results by another way, or where it makes no difference",
    "quicker": "the same results, only slower or in more memory",
    "wording": "what is said, not what is computed",
    "elsewhere": "seen by tests that are not run here: they start processes of their own, or take long",
    "open": "a fault that no test sees yet",
}


@dataclass(frozen=True)
class Reason:
    """Why a mutant lives."""

    kind: str
    why: str
    after: str
    """The mutated lines it was given for: of others it says nothing."""


def reasons(file: Path = FILE) -> dict[str, Reason]:
    """By the name of the mutant."""
    if not file.exists():
        return {}
    held = tomllib.loads(file.read_text("utf-8"))
    found = {one["mutant"]: Reason(one["kind"], one["why"], one["after"]) for one in held.get("survivor", [])}
    unknown = {one.kind for one in found.values()} - KINDS.keys()
    if unknown:
        raise ValueError(f"{file.name}: kinds {sorted(unknown)} are unknown; they are {', '.join(KINDS)}")
    return found


def reason_for(outcome: Outcome, known: Mapping[str, Reason]) -> Reason | None:
    """Why this one lives, if that was said of the very same lines."""
    reason = known.get(outcome.name)
    return reason if reason is not None and reason.after == outcome.after else None
