"""Numbers of a scenario in words: what a dated change changes, and from which amount to which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.language.catalogue import Catalogue, marked
from sim.language.names import Names
from sim.language.numbers import Numbers
from sim.language.sizes import LABELS
from sim.scenario.targets import Target

FIELDS = {
    "servers": marked("servers of {thing}"),
    "service.mean": marked("mean service time of {thing}"),
    "dwell.mean": marked("mean dwell of {thing}"),
    "transit.mean": marked("mean transit of {thing}"),
    "payload.mass": marked("payload of {thing}"),
    "payload.pieces": marked("containers that {thing} takes"),
    "payload.volume": marked("volume that {thing} takes"),
    "cancellation": marked("share of departures cancelled on {thing}"),
    "cutoff": marked("cutoff of {thing}"),
    "on_demand.fleet": marked("vehicles on {thing}"),
    "on_demand.when_ready": marked("load that a departure waits for on {thing}"),
    "on_demand.when_ready_pieces": marked("containers that a departure waits for on {thing}"),
    "on_demand.min_gap": marked("least time between departures on {thing}"),
    "on_demand.max_gap": marked("longest time between departures on {thing}"),
    "cost_per_departure": marked("cost of a departure on {thing}"),
    "cost_per_kg": marked("cost per kg on {thing}"),
    "cost_per_item": marked("cost of an item at {thing}"),
    "close_after": marked("longest time that a container stays open at {thing}"),
    "share": marked("share examined at {thing}"),
    "share_above_duty_free": marked("share examined of dutiable parcels at {thing}"),
    "duty_free_limit": marked("duty-free limit at {thing}"),
    "tariff.fixed": marked("fixed part of the tariff of {thing}"),
    "tariff.per_kg": marked("tariff per kg of {thing}"),
    "returns.share": marked("share handed back on {thing}"),
    "loss.share": marked("share lost on {thing}"),
    "subsidy": marked("subsidy of a parcel on {thing}"),
    "storage": marked("storage of {thing}"),
    "level": marked("level of orders from {thing}"),
    "choice.trust": marked("worth of trust to buyers from {thing}"),
    "choice.price_weight": marked("price weight of buyers from {thing}"),
    "choice.value_of_time": marked("value of time of buyers from {thing}"),
    "choice.value_of_reliability": marked("value of reliability of buyers from {thing}"),
    "choice.dissimilarity": marked("dissimilarity of the routes from {thing}"),
    "latent_orders_per_year": marked("orders that could be placed a year from {thing}"),
    "sellers.growth.park_places": marked("places for sellers in parks at {thing}"),
    "sellers.growth.entries_per_year": marked("sellers that would enter a year at {thing}"),
    "sellers.growth.saturation": marked("sellers at which nobody enters at {thing}"),
    "sellers.growth.exits_per_year": marked("share of the sellers that leaves a year at {thing}"),
    "growth.saturation": marked("level at which orders from {thing} stop growing"),
    "growth.rate_beyond": marked("growth a year of orders from {thing} after the last known year"),
    "sellers.trained_per_year": marked("people trained a year at {thing}"),
    "is_open": marked("whether {thing} is open"),
    "capital": marked("capital of {thing}"),
    "running_per_year": marked("running cost a year of {thing}"),
    "life": marked("life of the capital of {thing}"),
    "ramp": marked("time that {thing} takes to grow to its full size"),
}
BY_THING = {
    "gateways": ("gateways.{}.{}", marked("share of the parcels for {one} that {thing} sends by {other}")),
    "tariff per kg": ("tariff_by_product.{}.per_kg", marked("tariff per kg of {one} by {thing}")),
    "tariff": ("tariff_by_product.{}.fixed", marked("fixed part of the tariff of {one} by {thing}")),
    "reorder": ("stock.{}.reorder_point", marked("stock of {one} at which {thing} orders more")),
    "times": ("times.{}.{}.mean", marked("mean time of {thing} from {one} to {other}")),
}
"""Fields that hold a number for each region, product or place; a blank of the path is `{one}`, the next `{other}`."""
UNITS = {
    "duration": (
        (86_400e6 * 4, 86_400e6, "d", "天"), (3600e6, 3600e6, "h", "小时"),
        (60e6, 60e6, "min", "分钟"), (0, 1e6, "s", "秒"),
    ),
    "mass": ((1e6, 1e6, "t", "吨"), (1e3, 1e3, "kg", "千克"), (0, 1, "g", "克")),
    "volume": ((1e6, 1e6, "m³", "立方米"), (0, 1e3, "l", "升")),
    "money per mass": ((0, 1, "CNY/kg", "元/千克"),),
    "money per day": ((0, 1, "CNY/d", "元/天"),),
}  # fmt: skip
"""Units by the least amount, in base units, that is told in them, with what it is divided by."""
PARTS = ("release", "examination", "receiving", "pick")


@dataclass(frozen=True)
class Changing:
    """Numbers of a scenario in the words of one language."""

    names: Names
    t: Catalogue
    numbers: Numbers

    def number(self, path: str) -> str:
        """What a path names: `servers of Harbin exchange office`; the path itself where its field has no words."""
        section, _, rest = path.removeprefix("market.").partition(".")
        name, _, field = rest.partition(".")
        if section == "interventions" and field.startswith("measures."):
            return self._of_measure(name, field.split(".", 3)[1:])
        part, _, inner = field.partition(".")
        if part in PARTS and inner in FIELDS:
            name, field = f"{name}.{part}", inner
        if (section, field) == ("freight", "level"):
            return self.t("amount of {thing}", thing=self.names.queue(name))
        if field in FIELDS:
            return self.t(FIELDS[field], thing=self._thing(section, name))
        return self._by_thing(section, name, field) or path

    def _by_thing(self, section: str, name: str, field: str) -> str:
        """A number of a region, product or place; empty if the path is of no such form."""
        for form, said in BY_THING.values():
            found = re.fullmatch(re.escape(form).replace(r"\{\}", r"([^.]+)"), field)
            if found:
                one, other = (*map(self.what, found.groups()), "")[:2]
                return self.t(said, thing=self._thing(section, name), one=one, other=other)
        return ""

    def what(self, key: str) -> str:
        """A region, product or place by its name; parcels of a route for a region, `ROUTE.REGION.GATEWAY`, in words."""
        parts = key.split(".")
        if len(parts) == 3:
            return self.t("the parcels for {one} by way of {other}", one=self.what(parts[1]), other=self.what(parts[2]))
        scenario = self.names.scenario
        thing = scenario.regions.get(key) or scenario.products.get(key) or scenario.places.get(key)
        return self.names.of(thing.name) if thing is not None else self.names.queue(key)

    def _of_measure(self, name: str, parts: Sequence[str]) -> str:
        """A size of a measure: what it is a number of, and of which intervention."""
        field, key = parts[1] if len(parts) > 1 else "", parts[2] if len(parts) > 2 else ""
        measure = self._measure(name, parts[0])
        number = self.number(str(measure.change)) if hasattr(measure, "change") else ""
        said = LABELS.get(field, field)
        blanks = {"number": number or self.t("a number"), "what": self.what(key) if key else self.t("a part")}
        what = self.t(said, **{blank: word for blank, word in blanks.items() if f"{{{blank}}}" in said})
        return self.t("{thing}: {what}", thing=self.names.intervention(name), what=what)

    def _measure(self, name: str, measure: str) -> object:
        found = self.names.scenario.interventions.get(name)
        return found.measures.get(measure) if found is not None else None

    def amount(self, target: Target, value: float | bool) -> str:
        """A value with its unit: `20 t`, `24`, `30 s`; `open` or `closed` for a switch."""
        if isinstance(value, bool):
            return self.t("open") if value else self.t("closed")
        if target.dimension == "money":
            return self.numbers.money_exact(value)
        if target.dimension == "share" and target.most <= 1:
            return self.numbers.percent(value)
        for least, size, en, zh in UNITS.get(target.dimension, ()):
            if abs(value) >= least:
                return self.numbers.exact(value / size) + (zh if self.t.language == "zh" else f" {en}")
        return self.numbers.exact(value)

    def _thing(self, section: str, name: str) -> str:
        if section == "lanes":
            return self.names.lane(name)
        if section == "routes":
            return self.names.route(name)
        if section == "interventions":
            return self.names.intervention(name)
        if section == "origins":
            return self.names.place(name)
        return self.names.queue(name)
