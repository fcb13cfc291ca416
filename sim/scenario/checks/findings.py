"""What a check finds: the path of a value, what is wrong with it, and the closest known name."""

from collections.abc import Iterable, Iterator

from sim.errors import did_you_mean
from sim.reading.tree import Path

Found = tuple[Path, str, str | None]


def near(name: str, known: Iterable[str]) -> str | None:
    """The hint that names the closest known name, if one is close."""
    return did_you_mean(name, list(known))


def known_name(path: Path, name: str, known: Iterable[str], noun: str) -> Iterator[Found]:
    """That a name is none of those known."""
    names = set(known)
    if name not in names:
        yield path, f"there is no {noun} '{name}'", near(name, sorted(names))


def sum_to_one(path: Path, shares: dict[str, float], noun: str) -> Iterator[Found]:
    """That shares do not sum to one."""
    total = sum(shares.values())
    if abs(total - 1) > 1e-6:
        yield path, f"the {noun} sum to {total:.6g}, not 1", None
