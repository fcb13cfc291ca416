"""The tables of a ranking: portfolios, their standing by each objective, and what knowing a number is worth."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.experiments.comparing.plans import AND
from sim.experiments.comparing.tables import columns_of
from sim.experiments.ranking.frontier import efficient, pareto
from sim.experiments.ranking.information import FEWEST_DRAWS, worth_of, worth_of_everything
from sim.experiments.ranking.outcome import RankedPortfolios, drawn_numbers
from sim.experiments.ranking.standing import Standing
from sim.indicators import Columns
from sim.indicators.declared import Column

DOING_NOTHING = "nothing"
RANKED, SIMULATED, FORETOLD = "ranked", "screened", "foretold"
OBJECTIVE = Column("objective", "text", "", "what portfolios are ranked by")
PORTFOLIO = Column("portfolio", "text", "", "its interventions with `+` between them, or `nothing`")
GAIN_UNIT = "unit of the objective"
PORTFOLIOS = (
    PORTFOLIO,
    Column("title", "text", "", "what its interventions are called"),
    Column("interventions", "whole", "", "how many there are in it"),
    Column("capital_cny", "number", "CNY", "capital, each intervention's at its central value"),
    Column("p_overrun", "number", "share", "share of draws of the capital in which it is above the budget"),
    Column("state", "text", "", "`ranked`, `worse` than another, `beyond` those that are kept, or `failed`"),
    Column("why", "text", "", "than which portfolio it is worse, or why it failed"),
    Column("replications", "whole", "", "replications spent on it, without those of screening"),
    Column("is_pareto", "text", "", "whether no other ranked one is as good by all objectives and better by one"),
)
RANKING = (
    OBJECTIVE,
    Column("rank", "whole", "", "1 is the one to choose; 0 if it was not ranked"),
    PORTFOLIO,
    Column("unit", "text", "", "unit of the gain"),
    Column("rests_on", "text", "", "`ranked`, `screened` (coarse rows), or `foretold` from singles and pairs"),
    Column("gain", "number", GAIN_UNIT, "what it gains on doing nothing, mean; more is better"),
    Column("gain_low", "number", GAIN_UNIT, "lower end of its 95 % credible interval over draws"),
    Column("gain_high", "number", GAIN_UNIT, "upper end of it"),
    Column("gain_half_width", "number", GAIN_UNIT, "half of the 95 % interval by Monte Carlo error alone"),
    Column("p_best", "number", "share", "probability that none is better"),
    Column("p_near_best", "number", "share", "probability that it gains at least 95 % of what the best one does"),
    Column("expected_regret", "number", GAIN_UNIT, "expected shortfall against the best"),
    Column("capital_cny", "number", "CNY", "capital, each intervention's at its central value"),
    Column("replications", "whole", "", "replications spent on it"),
    Column("is_in_doubt", "text", "", "`yes` if it may still be the one to choose: it was not ruled out"),
    Column("is_efficient", "text", "", "`yes` if no other portfolio brings as much for less capital"),
)
INFORMATION = (
    OBJECTIVE,
    Column("number", "text", "", "path of the number in the scenarios; `everything`: all that is drawn"),
    Column("unit", "text", "", "unit of the worth"),
    Column("worth", "number", GAIN_UNIT, "gain expected from knowing it before choosing (EVPPI; of everything, EVPI)"),
    Column("standard_error", "number", GAIN_UNIT, "standard error of that (jackknife)"),
    Column("share_of_everything", "number", "share", "the worth as a share of that of everything"),
    Column("terms", "whole", "", "terms of the fitted spline; 0: it tells nothing of any portfolio"),
)


def tables_of(ranked: RankedPortfolios) -> Mapping[str, Columns]:
    """All tables by name."""
    return {
        "portfolios": columns_of(PORTFOLIOS, _portfolios(ranked)),
        "ranking": columns_of(RANKING, [row for each in ranked.standings for row in _ranking(ranked, each)]),
        "information": columns_of(INFORMATION, _information(ranked)),
    }


def name_of(ranked: RankedPortfolios, number: int) -> str:
    """A portfolio as tables name it."""
    return AND.join(ranked.study.portfolios[number]) or DOING_NOTHING


def _portfolios(ranked: RankedPortfolios) -> list[tuple[Any, ...]]:
    capital, overrun = ranked.study.capitals
    best = pareto(np.stack([each.gain for each in ranked.standings]))
    is_best = {number for number, is_it in zip(ranked.members, best, strict=True) if is_it}
    return [
        (
            name_of(ranked, i),
            title_of(ranked, i),
            len(portfolio),
            float(capital[i]),
            float(overrun[i]),
            *_state(ranked, i),
            ranked.spent.get(i, 0),
            "yes" if i in is_best else "no",
        )
        for i, portfolio in enumerate(ranked.study.portfolios)
    ]


def title_of(ranked: RankedPortfolios, number: int) -> str:
    """What the interventions of a portfolio are called."""
    of = ranked.study.question.interventions
    return ", ".join(of[name].name.en for name in ranked.study.portfolios[number])


def _state(ranked: RankedPortfolios, number: int) -> tuple[str, str]:
    if number in ranked.failures:
        return "failed", ranked.failures[number]
    if number in ranked.members:
        return RANKED, ""
    if ranked.screened and number in ranked.screened.worse_than:
        return "worse", name_of(ranked, ranked.screened.worse_than[number])
    return "beyond", ""


def _ranking(ranked: RankedPortfolios, found: Standing) -> Iterator[tuple[Any, ...]]:
    capital, _ = ranked.study.capitals
    effects = effects_of(ranked, found)
    is_known = ~np.isnan(effects)
    is_efficient = np.zeros(len(effects), bool)
    is_efficient[is_known] = efficient(capital[is_known], effects[is_known])
    for rank, place in enumerate(found.order, 1):
        number = found.members[place]
        yield (
            found.sought.name,
            rank,
            name_of(ranked, number),
            found.sought.unit,
            RANKED,
            *(float(values[place]) for values in (found.gain, found.low, found.high, found.half_width)),
            float(found.ranking.probability_best[place]),
            float(found.ranking.probability_near[place]),
            float(found.ranking.regret[place]),
            float(capital[number]),
            ranked.spent[number],
            "yes" if place in found.selected.alive else "no",
            "yes" if is_efficient[number] else "no",
        )
    rest = [int(i) for i in np.argsort(-effects, kind="stable") if i not in found.members]
    for number in rest:
        yield (
            found.sought.name,
            0,
            name_of(ranked, number),
            found.sought.unit,
            rests_on(ranked, number),
            float(effects[number]),
            *(math.nan,) * 6,
            float(capital[number]),
            0,
            "no",
            "yes" if is_efficient[number] else "no",
        )


def effects_of(ranked: RankedPortfolios, found: Standing) -> np.ndarray:
    """The best that is known of what each portfolio gains: float64[portfolios], NaN where nothing is."""
    n = len(ranked.study.portfolios)
    effects = ranked.screened.foretold[found.sought.name].mean.copy() if ranked.screened else np.full(n, math.nan)
    effects[list(ranked.failures)] = math.nan
    effects[list(found.members)] = found.gain
    return effects


def rests_on(ranked: RankedPortfolios, number: int) -> str:
    """What is known of a portfolio rests on this."""
    if number in ranked.members:
        return RANKED
    return SIMULATED if ranked.screened and number in ranked.screened.simulated else FORETOLD


def _information(ranked: RankedPortfolios) -> list[tuple[Any, ...]]:
    numbers = {path: drawn for path, drawn in drawn_numbers(ranked).items() if np.ptp(drawn) > 0}
    if not numbers or len(next(iter(numbers.values()))) < FEWEST_DRAWS:
        return []
    return [row for found in ranked.standings for row in _worths(found, numbers)]


def _worths(found: Standing, numbers: Mapping[str, np.ndarray]) -> list[tuple[Any, ...]]:
    of_all = worth_of_everything(found.by_draw)
    name, unit = found.sought.name, found.sought.unit
    rows = []
    for path, drawn in numbers.items():
        worth = worth_of(drawn, found.by_draw)
        share = worth.value / of_all if of_all > 0 else 0.0
        rows.append((name, path, unit, worth.value, worth.standard_error, share, worth.terms))
    rows.sort(key=lambda row: (-row[3], row[1]))
    return [(name, "everything", unit, of_all, math.nan, 1.0 if of_all > 0 else 0.0, 0), *rows]
