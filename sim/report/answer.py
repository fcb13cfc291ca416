"""The answer in a few sentences, with its uncertainty: what a planner reads first, and may read alone."""

import math
from collections.abc import Iterator

import pandas as pd

from sim.report.figures_of_plans import KINDS, OBJECTIVES, Figure
from sim.report.results import Result
from sim.report.speaking import Speaking

ENOUGH_DRAWS = 40
"""Of fewer draws the credible interval is too narrow."""
WORTH_NAMING = 0.1
"""A plan that is best with this probability or more is named beside the best."""


def answer(speaking: Speaking) -> list[str]:
    """Sentences; the first is the answer itself."""
    return list(_of_comparison(speaking) if speaking.result.kind == "comparison" else _of_run(speaking))


def best_plan(result: Result) -> str:
    """The plan that is most probably best by the objective; the baseline if that is."""
    plans = result.table("plans")
    best = plans.loc[plans["p_best"].idxmax()]
    return result.base if baseline_is_best(result) > float(best["p_best"]) else str(best["plan"])


def baseline_is_best(result: Result) -> float:
    """The probability that no plan is better than the baseline."""
    return min(max(1.0 - float(result.table("plans")["p_best"].sum()), 0.0), 1.0)


def _of_comparison(speaking: Speaking) -> Iterator[str]:
    result, t, numbers = speaking.result, speaking.t, speaking.numbers
    plans = result.table("plans").set_index("plan", drop=False)
    objective = result.manifest["objective"]
    best, by = best_plan(result), t(OBJECTIVES[objective])
    if best == result.base:
        p = numbers.probability(baseline_is_best(result))
        yield t(
            "Doing nothing is best by {objective}, with a probability of {p}: no plan surely brings more.",
            objective=by,
            p=p,
        )
        best = str(plans.loc[plans["p_best"].idxmax(), "plan"])
        yield t('The best of the plans is "{plan}".', plan=speaking.plan(best))
    else:
        p = numbers.probability(float(plans.loc[best, "p_best"]))
        said = t(
            'Of {n} plans, "{plan}" is best by {objective}, with a probability of {p}.',
            n=len(plans),
            plan=speaking.plan(best),
            objective=by,
            p=p,
        )
        alone = t(
            '"{plan}" is better than doing nothing by {objective}, with a probability of {p}.',
            plan=speaking.plan(best),
            objective=by,
            p=p,
        )
        yield said if len(plans) > 1 else alone
        yield from _next(speaking, plans, best)
    yield from _figures(speaking, plans.loc[best], objective)
    if len(plans) > 1:
        yield from _paying(speaking, plans)
    yield uncertainty(speaking)


def _next(speaking: Speaking, plans: pd.DataFrame, best: str) -> Iterator[str]:
    """The plan that may be best instead, if that is not improbable."""
    others = plans["p_best"].drop(best)
    if len(others) and float(others.max()) >= WORTH_NAMING:
        p = speaking.numbers.probability(float(others.max()))
        yield speaking.t(
            'It may also be "{plan}", with a probability of {p}.', plan=speaking.plan(others.idxmax()), p=p
        )


def _paying(speaking: Speaking, plans: pd.DataFrame) -> Iterator[str]:
    """Which plans surely bring more than they cost."""
    t, found = speaking.t, {str(row["plan"]): Figure.of(row, KINDS["net-benefit"]) for _, row in plans.iterrows()}
    if all(math.isnan(one.value) for one in found.values()):
        return
    surely = [speaking.plan(plan) for plan, one in found.items() if one.is_clear and one.value > 0]
    if surely:
        names = speaking.numbers.listed([f'"{name}"' if speaking.language == "en" else f"“{name}”" for name in surely])
        yield t("Benefits surely exceed costs with: {plans}.", plans=names)
    else:
        yield t("With none of the {n} plans do benefits surely exceed costs.", n=len(plans))


def _figures(speaking: Speaking, row: "pd.Series", objective: str) -> Iterator[str]:
    """What a plan brings and costs."""
    for name in dict.fromkeys((objective, "parcels", "days")):
        figure = Figure.of(row, KINDS[name])
        if not math.isnan(figure.value):
            yield _days_saved(speaking, figure) if name == "days" else _gained(speaking, figure)
    yield from _money(speaking, row)


def _gained(speaking: Speaking, figure: Figure) -> str:
    """What a plan brings of a figure, and whether that is more than chance."""
    t = speaking.t
    said = t(figure.kind.gain, figure=figure.said(speaking))
    if figure.kind is KINDS["parcels"]:
        said += _share(speaking, figure)
    return said if figure.is_clear else said + t(" This is not clear of chance.")


def _days_saved(speaking: Speaking, figure: Figure) -> str:
    """Days saved, or lost, from door to door."""
    t = speaking.t
    if not figure.is_clear:
        said = figure.said(speaking)
        return t("The days from door to door stay the same as far as can be told: {figure} saved.", figure=said)
    if figure.value < 0:
        return t("It takes {figure} longer from door to door, mean of all orders.", figure=figure.less.said(speaking))
    return t(figure.kind.gain, figure=figure.said(speaking))


def _share(speaking: Speaking, figure: Figure) -> str:
    """What the parcels gained are of those that the baseline has in a year."""
    result = speaking.result
    runs = result.table("replications")
    a_year = float(runs.loc[runs["plan"] == result.base, "placed"].mean()) / _years(result)
    share = speaking.numbers.percent(figure.value / a_year) if a_year > 0 else ""
    return speaking.t(" That is {share} of all its parcels.", share=share) if share else ""


def _money(speaking: Speaking, row: "pd.Series") -> Iterator[str]:
    """What a plan costs, what it is worth, and whether that is more."""
    t = speaking.t
    cost, benefit = Figure.of(row, KINDS["cost"]), Figure.of(row, KINDS["benefit"])
    if not cost.value > 0:
        yield t("No cost is described for it.")
        return
    if math.isnan(benefit.value):
        yield t(KINDS["cost"].gain, figure=cost.said(speaking))
        return
    yield t(
        "It costs {cost} a year, and its benefit is {benefit} a year.",
        cost=cost.said(speaking),
        benefit=benefit.said(speaking),
    )
    if benefit.value < 0:
        yield t("A negative benefit means that someone, most often operators, loses more than buyers and sellers gain.")
    net = Figure.of(row, KINDS["net-benefit"])
    if net.is_clear:
        yield t("So it surely pays for itself.") if net.value > 0 else t("So it does not pay for itself.")
    else:
        yield t("Whether it pays for itself is not clear.")


def uncertainty(speaking: Speaking) -> str:
    """What the intervals are over, and whether replications that were asked for are missing."""
    missing = len(speaking.result.manifest.get("left_out", ()))
    cut = speaking.t(" It was cut short: {n} of the replications asked for are missing.", n=missing) if missing else ""
    return _intervals(speaking) + cut


def _intervals(speaking: Speaking) -> str:
    manifest, t = speaking.result.manifest, speaking.t
    n, draws = len(manifest["replications"]), int(manifest.get("draws", 0))
    if not draws:
        return t("Intervals (95 %) are of the error of {n} replications alone: nothing uncertain was drawn.", n=n)
    few = t(" With fewer than {enough} draws they are too narrow.", enough=ENOUGH_DRAWS) if draws < ENOUGH_DRAWS else ""
    said = t(
        "In brackets: 95 % intervals over {draws} draws of what is not known, {n} replications in all, or of the error of the runs where that is wider.",
        draws=draws,
        n=n,
    )
    return said + few


# -- a run -------------------------------------------------------------------------------------------------------------


def _of_run(speaking: Speaking) -> Iterator[str]:
    result, t, numbers = speaking.result, speaking.t, speaking.numbers
    names = speaking.names_of(result.base)
    flows = result.network("flows")
    years = _years(result)
    for origin in result.scenario.market.origins:
        placed = flows[flows["origin"] == origin].groupby("route", sort=False)["placed"].sum() / years
        parts = [
            t("{route} {n}", route=names.of(result.scenario.routes[str(route)].name), n=numbers.number(float(n)))
            for route, n in placed.items()
            if n > 0
        ]
        yield t(
            "From {origin}, {figure} are ordered a year: {routes}.",
            origin=names.place(origin),
            figure=numbers.of(float(placed.sum()), t("parcels"), t("parcels")),
            routes=numbers.listed(parts),
        )
    yield from _days(speaking)
    yield _of_replications(speaking)


def _days(speaking: Speaking) -> Iterator[str]:
    t, numbers, names = speaking.t, speaking.numbers, speaking.names_of(speaking.result.base)
    table = speaking.result.table("summary_over_replications")
    for route, rows in table.groupby("route", sort=False):
        of = rows.set_index("measure")
        if math.isnan(float(of.loc["mean_days", "mean"])):
            continue
        low, high = _interval(of.loc["mean_days"])
        yield t(
            "{route}: {days} from order to ready for collection on average, 90 per cent within {p90}; {share} arrive within the promise.",
            route=names.route(str(route)),
            days=numbers.days(float(of.loc["mean_days", "mean"]), low, high),
            p90=numbers.days(float(of.loc["p90_days", "mean"])),
            share=numbers.percent(float(of.loc["share_within_promise", "mean"])),
        )


def _interval(row: "pd.Series") -> tuple[float, float]:
    """The credible interval of a measure, or that of its Monte Carlo error where that is wider or there are no draws."""
    of_luck = (float(row["low_95"]), float(row["high_95"]))
    of_draws = (float(row["credible_low"]), float(row["credible_high"]))
    if math.isnan(of_draws[0]):
        return of_luck
    return of_draws if math.isnan(of_luck[0]) or of_draws[1] - of_draws[0] >= of_luck[1] - of_luck[0] else of_luck


def _of_replications(speaking: Speaking) -> str:
    manifest, t = speaking.result.manifest, speaking.t
    n, draws = len(manifest["replications"]), int(manifest.get("draws", 0))
    if n == 1:
        return t("One replication: how far chance would move these numbers, it does not say.")
    if not draws:
        return t("Intervals (95 %) are of the error of {n} replications alone: nothing uncertain was drawn.", n=n)
    return uncertainty(speaking)


def _years(result: Result) -> float:
    horizon = result.scenario.horizon
    return max((horizon.end - horizon.start).days / 365.25, 1 / 12)
