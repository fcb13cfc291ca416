"""Where numbers of a corridor come from: as `sim sources` says it, for the page."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sim.language import marked
from sim.ledger import STATUSES, Account, Evidence, Number, account, evidence_near, files_below, numbers_in
from sim.ledger.posteriors import PosteriorError, posterior_in
from sim.page.library import Library
from sim.page.saying import PageError
from sim.reading import Mark, dotted
from sim.reading.tree import keys_of, nearest
from sim.scenario.interventions.expanding import expansion_of
from sim.scenario.interventions.places import with_changes

MOST = 400
"""Numbers that are listed at once."""
REMEMBERED = 4


class Sources:
    """The ledger of the corridors of a library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._numbers = lru_cache(REMEMBERED)(self._make_numbers)

    def _known(self, corridor: str, more: tuple[str, ...]) -> tuple[str, ...]:
        """Interventions that can be laid over a corridor; PageError if one of them cannot."""
        known = self.library.interventions(self.library.baseline(corridor)) if more else {}
        if any(name not in known for name in more):
            raise PageError(404, marked("There is no intervention of that name."))
        return more

    def _make_numbers(self, corridor: str, more: tuple[str, ...], stamp: int) -> tuple[Number, ...]:
        loaded = self.library.loaded(corridor, more)
        return tuple(numbers_in(loaded.tree, loaded.sources))

    def listed(self, corridor: str, *, status: str | None, match: str | None, more: tuple[str, ...]) -> dict[str, Any]:
        """Numbers of a status whose path contains a text, and how many there are of each status."""
        if status is not None and status not in STATUSES:
            raise PageError(422, marked("There is no status of that name."))
        numbers = self._numbers(corridor, self._known(corridor, more), self.library.stamp)
        kept = [
            number
            for number in numbers
            if (status is None or number.status == status) and (not match or match.lower() in number.name.lower())
        ]
        return {
            "counts": {name: sum(number.status == name for number in numbers) for name in STATUSES},
            "n": len(kept),
            "numbers": [self._short(number) for number in kept[:MOST]],
        }

    def told(self, corridor: str, path: str, more: tuple[str, ...]) -> dict[str, Any]:
        """All that is known of the numbers at a path and beneath it."""
        numbers = self._numbers(corridor, self._known(corridor, more), self.library.stamp)
        found = [number for number in numbers if number.name == path or number.name.startswith(f"{path}.")]
        loaded = self.library.loaded(corridor, more)
        if not found:
            is_there = nearest(loaded.tree, keys_of(loaded.tree, path))[1]
            said = marked("There is no number at {path}.")
            raise PageError(404, said, path=dotted((path,)) if is_there else path[:100])
        evidence = evidence_near(self.library.shipped)
        dated = with_changes(loaded.tree, expansion_of(loaded.scenario))
        layers = files_below(self.library.file_of(corridor))
        posteriors = []
        for name in loaded.scenario.posterior:
            try:
                posteriors.append(posterior_in(loaded.posteriors, name))
            except PosteriorError:
                continue
        accounts = [account(number, dated, layers, tuple(posteriors)) for number in found[:MOST]]
        return {"n": len(found), "numbers": [self._full(each, evidence) for each in accounts]}

    # -- records -------------------------------------------------------------------------------------------------------

    def _short(self, number: Number) -> dict[str, Any]:
        source = number.source
        return {
            "path": number.name,
            "value": number.value,
            "status": number.status,
            "rows": list(number.rows),
            "range": number.range,
            "why": source.why if source else None,
            "is_setting": number.is_setting,
            **self._place(number.mark),
        }

    def _full(self, each: Account, evidence: Evidence) -> dict[str, Any]:
        number, source, below = each.number, each.number.source, each.below
        return {
            **self._short(number),
            "evidence": [_row(evidence, id) for id in number.rows],
            "formula": source.formula if source else None,
            "result": number.result,
            "note": source.note if source else None,
            "in_place_of": {"value": below.value, "status": below.status, **self._place(below.mark)} if below else None,
            "changes": [
                {"name": one.name, "at": str(one.at), "does": one.does, **self._place(one.mark)} for one in each.changes
            ],
            "posterior": [
                {"calibration": one.calibration, "is_factor": one.moved.is_factor, "unit": one.moved.unit}
                | {"low_95": one.low, "median": one.median, "high_95": one.high}
                for one in each.believed
            ],
        }

    def _place(self, mark: Mark) -> dict[str, Any]:
        return {"file": self.library.said(mark.file), "line": mark.line}


def _row(evidence: Evidence, id: str) -> Mapping[str, str]:
    """A row of the evidence with its cells."""
    row = evidence.rows.get(id)
    return {"id": id} if row is None else {"id": id, "table": row.table, **{k: v or "" for k, v in row.cells.items()}}
