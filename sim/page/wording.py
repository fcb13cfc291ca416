"""What sweeps, rankings and sitings name, in words: paths of numbers, interventions, and plans of several."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from sim.errors import SimError
from sim.language import Catalogue, Names, Numbers, catalogue
from sim.language.changing import Changing
from sim.page.library import Library
from sim.scenario.scenario import Scenario

AND = "+"
NOTHING = ("", "none", "nothing")


class Wording:
    """Words of one language for what stands in the library, or stood there when a result was made."""

    def __init__(self, library: Library, base: str, described: Mapping[str, Any] | None, language: str) -> None:
        self._library, self._base, self._described = library, base, described
        self.t: Catalogue = catalogue(language)
        self.numbers = Numbers(language)

    @cached_property
    def scenario(self) -> Scenario | None:
        """The base: as the result has it, else as the library has it now; None if neither can be read."""
        if self._described:
            with suppress(ValueError):
                return Scenario.model_validate(self._described)
        with suppress(SimError, ValueError):
            return self._library.loaded(self._base).scenario
        return None

    def number(self, path: str) -> str:
        """What a path names; the path itself where that is not known."""
        if self.scenario is None:
            return path
        parts = path.split(".")
        if parts[0] == "interventions" and len(parts) > 1 and parts[1] not in self.scenario.interventions:
            said = Changing(Names(self.scenario, self.t), self.t, self.numbers).number(path)
            return said.replace(parts[1], self.intervention(parts[1]))
        return Changing(Names(self.scenario, self.t), self.t, self.numbers).number(path)

    def intervention(self, slug: str) -> str:
        """What an intervention of the library is called; its name if it is not there."""
        try:
            name = self._library.intervention(slug).children["name"]
        except (SimError, KeyError):
            return slug
        said = {key: str(child.value) for key, child in name.children.items()}
        return said.get(self.t.language) or said.get("en") or slug

    def plan(self, text: str) -> str:
        """Interventions with `+` between them, as tables have them."""
        if text in NOTHING:
            return self.t("doing nothing")
        return f" {AND} ".join(self.intervention(part) for part in text.split(AND))
