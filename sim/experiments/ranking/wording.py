"""A ranking in words: the answer first, then what it rests on and what it hangs on. Plain text."""

import math
from collections.abc import Iterator

import numpy as np

from sim.errors import listed
from sim.experiments.comparing.accounts import BENEFITS
from sim.experiments.comparing.wording import days, probability, short
from sim.experiments.differences import said_of_few
from sim.experiments.ranking.enumerating import Portfolio
from sim.experiments.ranking.information import FEWEST_DRAWS
from sim.experiments.ranking.outcome import RankedPortfolios
from sim.experiments.ranking.standing import Standing
from sim.experiments.ranking.study import NOTHING
from sim.experiments.ranking.tables import name_of
from sim.indicators import Columns

OF_MONEY = {"net-benefit", "benefit-cost"}
NAMED = 4
NUMBERS_NAMED = 3
CLEAR = 2.0
"""A worth of more than so many standard errors is told."""
VERBS = {
    "parcels": "gains {} parcels",
    "days": "saves {} days, mean,",
    "surplus": "gains {} CNY of buyers' surplus",
    "net-benefit": "gains {} CNY of benefit less cost",
    "co2e": "saves {} kg of CO2e",
}


def answer(ranked: RankedPortfolios) -> str:
    """Which portfolio to build, by the leading objective and by the others, in a few sentences."""
    leading, *others = ranked.standings
    asked = ranked.study.question.asked
    n = len(ranked.study.portfolios) - 1
    below = f" within {short(asked.budget)} CNY of capital" if asked.budget is not None else ""
    found = (
        f"Build {_members(ranked, leading)}: of {n} portfolios{below}, by {leading.sought.name} it is the one to take."
    )
    parts = [found, _gain(leading), _sureness(ranked, leading), _overrun(ranked, leading)]
    parts += [_by(ranked, each, leading) for each in others]
    return " ".join(filter(None, parts))


def _members(ranked: RankedPortfolios, found: Standing) -> str:
    number = found.members[found.selected.best]
    portfolio: Portfolio = ranked.study.portfolios[number]
    if not portfolio:
        return "nothing"
    capital, _ = ranked.study.capitals
    return f"{listed(portfolio, 'and')} ({short(float(capital[number]))} CNY)"


def amount(found: Standing, number: float) -> str:
    """A gain by an objective, in its unit, without the unit."""
    if math.isnan(number):
        return "-"
    if found.sought.name == "days":
        return days(number)
    return f"{number:.2f}" if found.sought.unit == "ratio" else short(number)


def interval(found: Standing, place: int) -> str:
    """The credible interval of a gain, or that by Monte Carlo error where nothing is drawn; empty without any."""
    low, high = float(found.low[place]), float(found.high[place])
    if math.isnan(low):
        gain, half = float(found.gain[place]), float(found.half_width[place])
        low, high = gain - half, gain + half
    return "" if math.isnan(low) or low == high else f"[{amount(found, low)}, {amount(found, high)}]"


def _gain(found: Standing) -> str:
    place = found.selected.best
    if found.members[place] == NOTHING:
        return "None is better than doing nothing."
    if found.sought.unit == "ratio":
        figure = f"{1 + float(found.gain[place]):.2f}"
        return f"It returns {figure} CNY of benefit for each CNY of cost."
    figure = f"{amount(found, float(found.gain[place]))} {interval(found, place)}".strip()
    return f"It {VERBS[found.sought.name].format(figure)} against doing nothing."


def _sureness(ranked: RankedPortfolios, found: Standing) -> str:
    place, rank = found.selected.best, found.ranking
    best, near, regret = (float(each[place]) for each in (rank.probability_best, rank.probability_near, rank.regret))
    told = (
        f"It is the best with a probability of {probability(best)}, within 5 % of the best with {probability(near)}; "
        f"the expected regret is {amount(found, regret)} {found.sought.unit}."
    )
    if found.selected.is_decided:
        return told
    rivals = [found.members[i] for i in found.selected.alive if i != place]
    named = [name_of(ranked, i) for i in rivals[:NAMED]]
    more = [f"{len(rivals) - NAMED} more"] if len(rivals) > NAMED else []
    return f"{told} The replications did not suffice to tell it from {listed([*named, *more], 'and')}."


def _overrun(ranked: RankedPortfolios, found: Standing) -> str:
    _, overrun = ranked.study.capitals
    share = float(overrun[found.members[found.selected.best]])
    return f"Its capital overruns the budget in {probability(share)} of draws." if share else ""


def _by(ranked: RankedPortfolios, found: Standing, leading: Standing) -> str:
    best = float(found.ranking.probability_best[found.selected.best])
    if found.members[found.selected.best] == NOTHING:
        return f"By {found.sought.name} none is better than doing nothing."
    said = "" if found.selected.is_decided else ", which the replications did not settle"
    if found.members[found.selected.best] == leading.members[leading.selected.best]:
        return f"By {found.sought.name} it is the same (P(best) {probability(best)}{said})."
    return f"By {found.sought.name} it is {_members(ranked, found)} (P(best) {probability(best)}{said})."


# -- what it rests on --------------------------------------------------------------------------------------------------


def rests_on(ranked: RankedPortfolios) -> Iterator[str]:
    """What the table rests on and what to beware of, a paragraph in each line."""
    yield _runs(ranked)
    if ranked.screened:
        yield _screening(ranked)
    yield _draws(ranked)
    if len(ranked.standings) > 1:
        yield _pareto(ranked)
    yield from _information(ranked, ranked.tables["information"])
    yield from _unknown_money(ranked)
    for number, why in ranked.failures.items():
        yield f"Warning: {name_of(ranked, number)} is left out: {why}."


def _unknown_money(ranked: RankedPortfolios) -> Iterator[str]:
    if not OF_MONEY & {each.sought.name for each in ranked.standings}:
        return
    samples = ranked.runs.samples()
    everything = [samples[place] for place in ranked.places]
    unknown = [name for name in BENEFITS if any(np.isnan(one.whole(name)).any() for one in everything)]
    if unknown:
        yield f"Warning: {listed(unknown, 'and')} is not known everywhere, and counts as nothing in all benefits."


def _runs(ranked: RankedPortfolios) -> str:
    asked, spent = ranked.study.question.asked, ranked.spent
    scenario = ranked.study.plan(()).scenario
    small = [f"{amount(each, each.indifference)} ({each.sought.name})" for each in ranked.standings]
    return (
        f"Ranked with {asked.procedure.upper()}: {sum(spent.values())} of {asked.replications} replications, "
        f"{min(spent.values())} to {max(spent.values())} of each, on common luck (seed {scenario.seed}), rows of up to "
        f"{asked.parcels_per_row} parcels. Gains are of the reported time, {ranked.study.horizon}; differences of less "
        f"than {listed(small, 'and')} are taken not to matter; confidence {probability(asked.confidence)}."
    )


def _screening(ranked: RankedPortfolios) -> str:
    found = ranked.screened
    assert found is not None
    said = ranked.study.question.asked.screening
    assert said is not None
    beyond = (
        f" {len(found.beyond)} more are not surely worse, but not among the {said.keep} best foretold ones that are "
        "ranked: raise screening.keep to rank them too."
    )
    return (
        f"Screened in rows of {said.rows}: {len(found.simulated)} singles and pairs in {found.replications} "
        f"replications, larger ones foretold. {len(found.worse_than)} portfolios are surely worse than another and "
        f"dropped.{beyond if found.beyond else ''}"
    )


def _draws(ranked: RankedPortfolios) -> str:
    study = ranked.study
    if study.per_draw is None:
        return (
            "Nothing was drawn: [ ] is the 95 % interval by Monte Carlo error; P(best) and regret tell of the runs, "
            "not of what is not known about the world."
        )
    n = ranked.runs.n(0) // study.unit
    few = said_of_few(n)
    fewest = min(ranked.spent.values()) // study.unit
    filled = f" What fell behind ran in {fewest} of them at least, and is filled in." if fewest < n else ""
    return f"[ ]: 95 % credible interval over {n} draws of what is not known.{few}{filled}"


def _pareto(ranked: RankedPortfolios) -> str:
    table = ranked.tables["portfolios"]
    names = [str(name) for name in table["portfolio"][table["is_pareto"] == "yes"]]
    return f"By all objectives at once no other ranked one is better than {listed(names, 'or')}."


def _information(ranked: RankedPortfolios, table: Columns) -> Iterator[str]:
    if ranked.study.per_draw is None:
        return
    if not len(table["number"]):
        yield f"What knowing a number would be worth cannot be told from fewer than {FEWEST_DRAWS} draws."
        return
    for found in ranked.standings:
        rows = np.flatnonzero(table["objective"] == found.sought.name)
        everything, *numbers = rows.tolist()
        if not table["worth"][everything] > 0:
            yield f"By {found.sought.name}, knowing more before choosing would change nothing."
            continue
        told = f"{amount(found, float(table['worth'][everything]))} {found.sought.unit}"
        clear = [i for i in numbers if table["worth"][i] > CLEAR * table["standard_error"][i]][:NUMBERS_NAMED]
        named = [f"{table['number'][i]} ({amount(found, float(table['worth'][i]))})" for i in clear]
        which = f"most of it {listed(named, 'and')}" if named else "of no single number is it clear"
        yield f"By {found.sought.name}, knowing everything before choosing would be worth {told}: {which}."
