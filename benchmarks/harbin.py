"""Workload H: a year of the Harbin corridor, one parcel per row, with the market and its weekly review.

The network, goods and tariffs are those of `scenarios/harbin-baseline.yaml` in 2017. Three things differ: only post and
express are there, without containers, warehouses and returns; the simulated time is that year alone, from empty and
without a settled market; and demand is set so that 13.6 million orders are placed out of twice as many latent ones.

A smaller slice has fewer latent orders in the same network, so its queues are emptier.
"""

from datetime import date
from functools import cache
from pathlib import Path

from benchmarks.replacing import replaced
from sim.building.market import promised
from sim.model import Model, build
from sim.scenario.loading import load
from sim.scenario.scenario import Scenario
from sim.ticks import DAY

FILE = Path(__file__).resolve().parents[1] / "scenarios" / "harbin-baseline.yaml"
FULL = 13_600_000
"""Orders placed in the year at full size."""
LATENT_OF_2016 = 17_894_000
"""What the field wants for 2 * FULL latent orders in 2017: growth makes 2017 worth 1.5203 of it."""
INSIDE = 0.4775
"""Reference share of the inside, found by trial: realised, with feedback, half of the latent orders are placed.

`python -m benchmarks.harbin` tries it again, at 200 parcels a row; wanted anew when the baseline's numbers change.
"""

MARKET = "market.origins.harbin"


@cache
def described() -> Scenario:
    """The baseline as its file has it, with post and express only."""
    whole = load(FILE).scenario
    routes = {
        name: route.model_copy(update={"returns": None})
        for name, route in whole.routes.items()
        if route.service_class in ("postal", "express")
    }
    gone = ("warehouses.", "consolidations.", "freight.")
    changes = {name: change for name, change in whole.changes.items() if not change.change.startswith(gone)}
    world = {"routes": routes, "consolidations": {}, "warehouses": {}, "freight": {}, "changes": changes}
    shares = whole.market.origins["harbin"].choice.reference_shares.routes
    total = sum(shares[name] for name in routes)
    return replaced(
        whole.model_copy(update=world),
        {f"{MARKET}.choice.reference_shares.routes": {name: shares[name] / total for name in routes}},
    )


def year(placed: float, seed: int = 1, inside: float = INSIDE) -> Scenario:
    """H with about ``placed`` orders placed (`FULL` is the workload, less is a slice of it)."""
    shares = described().market.origins["harbin"].choice.reference_shares
    outside = (1 - inside) / (shares.other_gateway + shares.not_bought)
    return replaced(
        described(),
        {
            "seed": seed,
            "parcels_per_row": 1,
            "horizon.start": date(2017, 1, 1),
            "horizon.end": date(2018, 1, 1),
            "horizon.warm_up": 0,
            "horizon.drain": 0,
            "market.feedback.congestion": True,
            "market.review.settle_iterations": 0,
            f"{MARKET}.latent_orders_per_year": LATENT_OF_2016 * placed / FULL,
            f"{MARKET}.choice.reference_shares.inside": inside,
            f"{MARKET}.choice.reference_shares.other_gateway": shares.other_gateway * outside,
            f"{MARKET}.choice.reference_shares.not_bought": shares.not_bought * outside,
        },
    )


def simulate(placed: float, seed: int) -> tuple[int, dict[str, float]]:
    """Build, run and sum up H: orders placed, and figures to compare programs by."""
    return summed_up(build(year(placed, seed)).run())


def share_placed(inside: float) -> float:
    """Share of the latent orders of H that are placed with a reference share of the inside; of two seeds together."""
    runs = [summed_up(build(replaced(year(FULL, seed, inside), {"parcels_per_row": 200})).run()) for seed in (1, 2)]
    return sum(placed for placed, _ in runs) / sum(figures["latent"] for _, figures in runs)


def tried(inside: float = INSIDE, steps: int = 3) -> float:
    """The reference share of the inside with which half of the latent orders are placed, to four places."""
    for _ in range(steps):
        inside = round(inside + 0.5 - share_placed(inside), 4)
    return inside


def five_years(seed: int = 1, end: date = date(2021, 1, 1)) -> Scenario:
    """The baseline from 2016 to 2020 at up to 200 parcels per row, as a sweep runs it."""
    return replaced(described(), {"seed": seed, "parcels_per_row": 200, "horizon.end": end})


def both_corridors(parcels_per_row: int, seed: int = 1, end: date = date(2021, 1, 1)) -> Scenario:
    """Both corridors with all their routes from 2016 to 2020, as their file has them."""
    fields = {"seed": seed, "parcels_per_row": parcels_per_row, "horizon.end": end}
    return replaced(load(FILE.with_name("both-corridors.yaml")).scenario, fields)


def sweep_run(scenario: Scenario, is_settled: bool) -> tuple[int, dict[str, float]]:
    """One run of a sweep, with the settling of the market beforehand or from what the routes promise."""
    model = build(scenario, start_from=None if is_settled else promised(scenario)).run()
    n, figures = summed_up(model)
    settling = len(model.settlement.moves) if model.settlement else 0
    return n, {**figures, "settling_repetitions": settling}


def summed_up(model: Model) -> tuple[int, dict[str, float]]:
    """Orders placed, and the figures by which two programs for one network can be compared."""
    record = model.record
    latent, placed = sum(tally.sum() for tally in record.alternatives), int(record.placed().sum())
    arrived, seconds, *_ = record.service.sum(axis=(0, 1, 2, 3))
    return placed, {
        "latent": float(latent),
        "delivered": float(record.delivered.sum()),
        "lost": float(record.lost.sum()),
        "door_to_door_mean_days": float(seconds / arrived) * 1e6 / DAY,
        **{
            f"placed_{route}": float(n)
            for route, n in zip(record.axes.routes, record.placed().sum((0, 2, 3)), strict=True)
        },
    }


if __name__ == "__main__":
    found = tried()
    print(f"INSIDE = {found}: {share_placed(found):.4f} of the latent orders are placed")
