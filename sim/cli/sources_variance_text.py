"""What the variance of an indicator rests on, for people."""

import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.cli.sources_variance_data import number_record
from sim.errors import printable
from sim.experiments.variance.apportioning import Apportioned, Effect, Share
from sim.experiments.variance.inputs import Inputs
from sim.experiments.variance.runs import INDICATORS
from sim.experiments.variance.study import Answer, Study

WIDTH_WITHOUT_TERMINAL = 140


def show(study: Study, found: Sequence[Answer], folder: Path) -> None:
    """Each indicator with its parts, then what the sample was."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
    for answer in found:
        _show_answer(console, study, answer)
    for line in (*_of_sample(study), f"Runs are kept in {folder}/; another indicator of them takes no new run."):
        _say(console, line)


def _show_answer(console: Console, study: Study, answer: Answer) -> None:
    indicator = INDICATORS[answer.indicator]
    head = f"{indicator.said}, {answer.route or study.scenario.scenario}"
    if answer.shared is None:
        _say(console, f"{head}: the same in all {answer.n_used} runs\n")
        return
    shared = answer.shared
    _say(console, f"{head}: mean {_figure(shared.mean)} {indicator.unit}".rstrip() + _deviation(shared))
    console.print(Padding(_table(study, shared), (0, 0, 0, 2), expand=False))
    for line in _remarks(answer, shared, len(study.kept)):
        _say(console, line)
    console.print()


def _deviation(shared: Apportioned) -> str:
    deviation = math.sqrt(shared.variance)
    share = f" ({deviation / abs(shared.mean):.0%})" if shared.mean else ""
    return f", standard deviation {_figure(deviation)}{share}"


def _table(study: Study, shared: Apportioned) -> Table:
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0), expand=bool(shared.effects))
    table.add_column("share of its variance", overflow="fold", ratio=36 if shared.effects else None)
    for heading in ("", "95 %"):
        table.add_column(heading, justify="right", no_wrap=True)
    if shared.effects:
        for heading, ratio in (("value", 10), ("range", 14), ("why", 40)):
            table.add_column(heading, overflow="fold", ratio=ratio)
    _row(table, "luck", shared.luck)
    if study.scenario.posterior:
        _row(table, "what the posterior leaves open", shared.posterior)
    _row(table, "assumed numbers" + (", of which" if shared.effects else ""), shared.assumed)
    for effect in shared.effects:
        _row(table, *_cells(study.inputs, effect))
    _row(table, "  not told apart", shared.not_told)
    return table


def _cells(inputs: Inputs, effect: Effect) -> tuple[str, Share, str, str, str]:
    each = number_record(inputs, effect)
    unit = f" {each['unit']}" if each["unit"] else ""
    number = inputs.accounts.get(each["path"])
    value = str(number.value) if number and number.name == each["path"] else f"{_figure(each['value'])}{unit}"
    place = f" ({Path(each['file']).name}:{each['line']})" if each["file"] else ""
    ends = number.range if number and number.range else f"{_figure(each['low'])} to {_figure(each['high'])}{unit}"
    return (
        f"  {each['path']} ({'+' if each['rises'] else '-'})",
        effect.share,
        value,
        ends,
        f"{each['why'] or ''}{place}",
    )


def _row(table: Table, name: str, share: Share, *more: str) -> None:
    ends = f"[{share.low:.0%}, {share.high:.0%}]"
    table.add_row(*(Text(printable(cell)) for cell in (name, f"{share.share:.0%}", ends, *more)))


def _remarks(answer: Answer, shared: Apportioned, n_runs: int) -> list[str]:
    n = len(shared.effects)
    of = f" of {n_runs}" if answer.n_used < n_runs else ""
    lines = []
    if n:
        these = "this number explains" if n == 1 else f"these {n} numbers explain"
        lines.append(
            f"(+, -: it rises or falls with the number.) In runs that took no part in finding them, {these} "
            f"{shared.foretold:.0%} of the variance."
        )
    else:
        lines.append("No single number could be told from chance.")
    lines.append(
        f"One with less than about {shared.least:.0%} of the variance would not have been; {answer.n_used}{of} "
        f"runs count, {answer.n_pairs} of them again with other luck."
    )
    return lines


def _of_sample(study: Study) -> list[str]:
    inputs, rows = study.inputs, study.scenario.parcels_per_row
    again = f"; {study.n_refused} combinations made no valid scenario, and the numbers at fault were drawn again"
    why = Counter(left.why.split(":")[0] for left in inputs.left)
    reasons = "; ".join(f"{n}: {reason}" for reason, n in why.most_common())
    left = f"{len(inputs.left)} assumed numbers did not vary ({reasons}); --json names them." if inputs.left else ""
    posterior = ", those that the posterior moves by its draws" if study.scenario.posterior else ""
    return [
        f"{len(study.kept)} runs, parcels_per_row {rows}, in which {len(inputs.numbers)} assumed numbers varied within "
        f"their ranges{posterior}{again if study.n_refused else ''}.",
        *filter(None, [left]),
    ]


def _figure(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 10_000 else f"{number:.4g}"


def _say(console: Console, line: str) -> None:
    console.print(Text(printable(line) if "\n" not in line else line), soft_wrap=True)
