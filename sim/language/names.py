"""What things of a scenario are called: their own names where they have one, else words made of their slugs.

Places, routes and interventions have names in several languages; stations, lanes and warehouses have slugs, such as
`harbin-export-customs`, whose words are known.
"""

from dataclasses import dataclass

from sim.language.catalogue import Catalogue, marked
from sim.scenario.base import Name
from sim.scenario.scenario import Scenario

WORDS = {
    "baoding": marked("Baoding"), "blagoveshchensk": marked("Blagoveshchensk"), "bonded": marked("bonded"),
    "border": marked("border"), "bulk": marked("bulk containers"), "centre": marked("centre"),
    "cfs": marked("container freight station"), "china": marked("China"), "collection": marked("collection"),
    "container": marked("container"), "courier": marked("courier"), "customs": marked("customs"),
    "direct": marked("direct"), "east": marked("East"), "examination": marked("examination"),
    "exchange": marked("exchange office"), "export": marked("export"), "express": marked("express"),
    "far": marked("Far"), "heihe": marked("Heihe"), "hub": marked("hub"), "import": marked("import"),
    "inbound": marked("inbound"), "joint": marked("joint"), "langfang": marked("Langfang"),
    "line": marked("dedicated line"), "lorry": marked("lorry"), "lots": marked("lots"), "mail": marked("mail"),
    "own": marked("own"), "pick": marked("pick and pack"), "port": marked("port"), "post": marked("post"),
    "qinhuangdao": marked("Qinhuangdao"), "receiving": marked("receiving"), "release": marked("release"),
    "road": marked("road"), "russian": marked("Russian"), "shared": marked("shared"),
    "shijiazhuang": marked("Shijiazhuang"), "sorting": marked("sorting"), "tangshan": marked("Tangshan"),
    "transit": marked("transit"), "unpacking": marked("unpacking of containers"), "ural": marked("Ural"),
    "warehouse": marked("overseas warehouse"), "west": marked("west"), "yard": marked("transshipment yard"),
    "zhengding": marked("Zhengding"),
}  # fmt: skip
"""Words of slugs as they are shown; what is not here is shown as it stands."""
MODES = {"air": marked("air"), "road": marked("road"), "rail": marked("rail"), "sea": marked("sea")}


@dataclass(frozen=True)
class Names:
    """Names of the things of one scenario, in one language."""

    scenario: Scenario
    t: Catalogue

    def of(self, name: Name) -> str:
        """A name in this language, in English if it has none."""
        return (name.zh if self.t.language == "zh" else None) or name.en

    def place(self, slug: str) -> str:
        """A city or border post."""
        place = self.scenario.places.get(slug)
        return self.of(place.name) if place else self._words(slug)

    def route(self, slug: str) -> str:
        """A service class; with its origin where there are several."""
        route = self.scenario.routes.get(slug)
        if route is None:
            return self._words(slug)
        if len(self.scenario.market.origins) == 1:
            return self.of(route.name)
        return self.t("{route} from {origin}", route=self.of(route.name), origin=self.place(route.origin))

    def intervention(self, slug: str) -> str:
        """A proposal or disruption of the scenario."""
        found = self.scenario.interventions.get(slug)
        return self.of(found.name) if found else slug

    def lane(self, slug: str) -> str:
        """A lane by its ends and its mode."""
        lane = self.scenario.lanes.get(slug)
        if lane is None:
            return slug
        ends = f"{self.place(lane.from_)}–{self.place(lane.to)}"
        mode = self.t("charter") if lane.mode == "air" and lane.on_demand else self.t(MODES[lane.mode])
        return f"{ends}（{mode}）" if self.t.language == "zh" else f"{ends} ({mode})"

    def queue(self, slug: str) -> str:
        """A station, or a part of one: `harbin-export-customs.release`."""
        station, _, part = slug.partition(".")
        words = self._words(station)
        if not part:
            return words
        return f"{words}·{self._words(part)}" if self.t.language == "zh" else f"{words}: {self._words(part)}"

    def _words(self, slug: str) -> str:
        """The words of a slug; a place that it begins with by its own name."""
        parts = slug.split("-")
        said = [self.place(part) if part in self.scenario.places else self._word(part) for part in parts]
        return "".join(said) if self.t.language == "zh" else " ".join(said)

    def _word(self, word: str) -> str:
        return self.t(WORDS[word]) if word in WORDS else word
