"""The standing of portfolios in rows of short texts, for a terminal and for a page of a notebook."""

from collections.abc import Sequence

from sim.experiments.comparing.wording import probability, short
from sim.experiments.ranking.frontier import efficient
from sim.experiments.ranking.outcome import RankedPortfolios
from sim.experiments.ranking.standing import Standing
from sim.experiments.ranking.tables import effects_of, name_of
from sim.experiments.ranking.wording import amount, answer, interval, rests_on
from sim.html import paragraphs, table

ROWS_SHOWN = 15
HEADINGS = ("", "portfolio", "gain", "interval", "P(best)", "P(near)", "regret", "capital", "runs", "efficient")


def ranked_html(ranked: RankedPortfolios) -> str:
    """The answer, and a table for each objective."""
    parts = [table(title_of(each), HEADINGS, standing_rows(ranked, each)) for each in ranked.standings]
    return paragraphs([answer(ranked)]) + "".join(parts) + paragraphs(rests_on(ranked))


def title_of(standing: Standing) -> str:
    """What a table of standings is called: its objective and the unit of its gains."""
    unit = "ratio above 1" if standing.sought.unit == "ratio" else standing.sought.unit
    return f"By {standing.sought.name}: {standing.sought.said} ({unit})"


def standing_rows(found: RankedPortfolios, standing: Standing) -> list[Sequence[str]]:
    """The best portfolios by an objective, cells as `HEADINGS` says; those that are not ruled out have a star."""
    capital, _ = found.study.capitals
    effects = effects_of(found, standing)
    known = [i for i in range(len(effects)) if effects[i] == effects[i]]
    is_efficient = dict(zip(known, efficient(capital[known], effects[known]), strict=True))
    rows: list[Sequence[str]] = []
    for place in standing.order[:ROWS_SHOWN]:
        number = standing.members[place]
        rows.append(
            (
                "*" if place in standing.selected.alive else "",
                name_of(found, number).replace("+", " + "),
                amount(standing, float(standing.gain[place])),
                interval(standing, place),
                probability(float(standing.ranking.probability_best[place])),
                probability(float(standing.ranking.probability_near[place])),
                amount(standing, float(standing.ranking.regret[place])),
                short(float(capital[number])),
                str(found.spent[number]),
                "yes" if is_efficient[number] else "",
            )
        )
    return rows
