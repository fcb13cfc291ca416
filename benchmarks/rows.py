"""What `parcels_per_row` does to each indicator of the Harbin baseline: `python -m benchmarks.rows` writes the page.

The same two replications at every row size; the difference from single parcels is shown beside the difference between
the two replications, which is what luck alone does.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

import sim
from sim.scenario.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1, 10, 50, 200)
READ_OFF = """\
**Read off it.** The postal flow, its times and its costs are the same at all sizes to within a per cent; rows of
200 smooth the worst queues a little. Small routes suffer: express, one parcel in twenty, is 4 % slower at rows of 200
and keeps its promise 7 % less often, since a few lumps a day queue at its customs as parcels one by one do not; the
warehouse, one in a hundred, is 3 % slower at 50 and 15 % at 200, and its emission counts a few loads. So: single
parcels for an answer; rows of 10 to 50 for trying; rows of 200 for sweeps over the main flow only."""
MEASURES = {
    "placed": "orders placed",
    "delivered": "parcels delivered",
    "share_within_promise": "share within the promise",
    "mean_days": "mean days",
    "p50_days": "p50 days",
    "p95_days": "p95 days",
    "operating_cny_per_parcel": "CNY a parcel",
    "co2e_kg_per_parcel": "kg CO2e a parcel",
    "load_factor": "load factor",
}


def indicators(scenario: Scenario) -> tuple[dict[str, np.ndarray], float]:
    """Indicators by name, float64[replications] each, and the seconds that a replication took."""
    results = sim.run(scenario, replications=2)
    found: dict[str, np.ndarray] = {}
    summary = results.columns("summary")
    for route in dict.fromkeys(summary["route"]):
        of_route = summary["route"] == route
        found |= {f"{route}: {words}": summary[name][of_route].astype(float) for name, words in MEASURES.items()}
    of_all = found | _network(results)
    return {name: each for name, each in of_all.items() if not np.isnan(each).any()}, results.seconds / 2


def _network(results: "sim.experiments.results.Results") -> dict[str, np.ndarray]:  # type: ignore[name-defined]
    lanes, stations = results.columns("lanes"), results.columns("stations")
    replications = sorted(set(lanes["replication"]))
    charters = [_of(lanes, r, "lane", "hrb-svx-charter")["departed"].sum() for r in replications]
    exchange = [_of(stations, r, "queue", "harbin-exchange") for r in replications]
    return {
        "charter flights": np.array(charters, float),
        "Harbin exchange: largest backlog": np.array([e["largest_backlog"].max() for e in exchange], float),
        "Harbin exchange: mean wait, h": np.array([np.nanmean(e["mean_wait_hours"]) for e in exchange]),
    }


def _of(columns: Mapping[str, np.ndarray], replication: int, key: str, name: str) -> dict[str, np.ndarray]:
    rows = (columns["replication"] == replication) & (columns[key] == name)
    return {column: values[rows] for column, values in columns.items()}


def _shown(value: float) -> str:
    """Four digits, as a planner would write them."""
    if value >= 1e6:
        return f"{value / 1e6:.4g} million"
    return f"{value:,.0f}" if value >= 1e4 else f"{value:.4g}"


def page() -> str:
    """The page in Markdown."""
    baseline = sim.load(ROOT / "scenarios" / "harbin-baseline.yaml")
    found = {k: indicators(baseline.model_copy(update={"parcels_per_row": k})) for k in SIZES}
    one = found[1][0]
    lines = [
        "# What rows of several parcels do",
        "",
        "Harbin's baseline, 2016 and 2017, at four row sizes, means of the same two replications; made by",
        "`python -m benchmarks.rows`. In brackets the difference from single parcels. The last column is the",
        "difference between the two replications at single parcels, relative to their mean: what luck alone does.",
        "A difference of that size is no sign of a bias. How rows work: [model.md](model.md), section 11.",
        "",
        "| indicator | " + " | ".join(str(k) for k in SIZES) + " | luck |",
        "|---|" + "---:|" * (len(SIZES) + 1),
    ]
    for name, values in one.items():
        cells = [_shown(values.mean())]
        for k in SIZES[1:]:
            mean = found[k][0][name].mean()
            cells.append(f"{_shown(mean)} ({mean / values.mean() - 1:+.1%})")
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {abs(np.diff(values)[0]) / values.mean():.1%} |")
    lines.append("| seconds a replication | " + " | ".join(f"{found[k][1]:.0f}" for k in SIZES) + " | |")
    return "\n".join([*lines, "", READ_OFF]) + "\n"


if __name__ == "__main__":
    target = ROOT / "docs" / "parcels-per-row.md"
    target.write_text(page(), "utf-8")
    print(f"wrote {target.relative_to(ROOT)}")
