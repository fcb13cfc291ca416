"""How scenarios and interventions show themselves in a notebook: a table of what a planner asks first."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sim.html import plain, table
from sim.ticks import DAY

if TYPE_CHECKING:
    from sim.scenario.interventions.intervention import Intervention
    from sim.scenario.scenario import Scenario

COUNTED = ("places", "stations", "customs", "lanes", "consolidations", "warehouses", "freight", "changes")
NAMED = 12
"""Names beyond so many are counted."""


def scenario_html(scenario: "Scenario") -> str:
    """A scenario: its time, markets, network, what is done in it, and how it is run."""
    return table(scenario.title or scenario.scenario, (), list(_of_scenario(scenario)))


def _of_scenario(scenario: "Scenario") -> Iterator[tuple[str, str]]:
    horizon = scenario.horizon
    yield "scenario", scenario.scenario + (f" ({scenario.file.name})" if scenario.file else "")
    before = f", after {horizon.warm_up // DAY} d that are not reported" if horizon.warm_up else ""
    yield "time", f"{horizon.start} to {horizon.end} (exclusive){before}"
    for origin, market in scenario.market.origins.items():
        yield f"orders from {origin}", f"{market.latent_orders_per_year:,.0f} latent a year"
    yield "routes", named(scenario.routes)
    counts = {name: len(getattr(scenario, name)) for name in COUNTED}
    yield "network", ", ".join(f"{name} {n}" for name, n in counts.items() if n)
    yield "interventions", named(scenario.interventions) or "none"
    if scenario.posterior:
        yield "calibrated to", named(scenario.posterior)
    if scenario.uncertain:
        yield "uncertain numbers", f"{len(scenario.uncertain)}, drawn anew for every draw"
    rows = f"up to {scenario.parcels_per_row} parcels a row" if scenario.parcels_per_row > 1 else "every parcel"
    n = scenario.replications
    yield "run", f"{rows}, {n} replication{'s' * (n > 1)}, seed {scenario.seed}"


def intervention_html(intervention: "Intervention") -> str:
    """An intervention: when it acts, what it costs, what it consists of, and who proposes it."""
    return table(intervention.name.en, (), list(_of_intervention(intervention)))


def _of_intervention(one: "Intervention") -> Iterator[tuple[str, str]]:
    kind = "disruption" if one.is_disruption else "intervention"
    yield kind, one.intervention + (f" ({one.name.zh})" if one.name.zh else "")
    yield "acts", acts(one)
    if one.capital or one.running_per_year:
        life = f" (life {one.life:g} years)" if one.capital else ""
        yield "costs", f"{one.capital:,.0f} CNY once{life}, {one.running_per_year:,.0f} CNY a year"
        yield "paid by", one.paid_by
    for name, measure in one.measures.items():
        said = measure.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        yield f"measure {name}", plain({"kind": measure.kind, **said})
    for relation in ("requires", "excludes"):
        if names := getattr(one, relation):
            yield relation, named(names)
    yield "proposes", one.proposes
    if one.document:
        yield "document", one.document + (f", section {one.section}" if one.section else "")


def acts(one: "Intervention") -> str:
    """From when to when an intervention acts, in words."""
    start = f"from {one.at}"
    if one.starts_within:
        start += f", or up to {one.starts_within // DAY} days later by luck"
    end = one.ending(one.at)
    if one.lasts is not None:
        return f"{start}, for {one.lasts // DAY} days"
    return f"{start} until {end}" if end else f"{start} on"


def named(names: Iterable[str]) -> str:
    """Names in a row, those beyond the first few counted."""
    known = list(names)
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    return ", ".join(known[:NAMED]) + more
