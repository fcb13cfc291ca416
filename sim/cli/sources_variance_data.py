"""What the variance of an indicator rests on, for programs: JSON and CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.cli.sources_data import write_lines
from sim.experiments.variance.apportioning import Effect, Share
from sim.experiments.variance.inputs import Inputs
from sim.experiments.variance.runs import INDICATORS
from sim.experiments.variance.study import Answer, Study

COLUMNS = (
    "indicator", "route", "part", "path", "share", "low_95", "high_95", "rises", "value", "low", "high", "unit", "why",
    "file", "line",
)  # fmt: skip


def record(study: Study, found: Sequence[Answer]) -> dict[str, Any]:
    """Everything that was found, of plain values."""
    return {
        "scenario": study.scenario.scenario,
        "runs": len(study.kept),
        "failed": len(study.failures),
        "parcels_per_row": study.scenario.parcels_per_row,
        "posterior": list(study.scenario.posterior),
        "drawn_again": study.n_refused,
        "n_varied": len(study.inputs.numbers),
        "not_varied": [asdict(left) for left in study.inputs.left],
        "indicators": [_answer(study.inputs, answer) for answer in found],
    }


def _answer(inputs: Inputs, answer: Answer) -> dict[str, Any]:
    indicator, shared = INDICATORS[answer.indicator], answer.shared
    head = {"indicator": answer.indicator, "route": answer.route, "unit": indicator.unit, "runs": answer.n_used}
    if shared is None:
        return head | {"variance": 0.0}
    return head | {
        "pairs_of_luck": answer.n_pairs,
        "mean": shared.mean,
        "variance": shared.variance,
        "luck": _share(shared.luck),
        "posterior": _share(shared.posterior),
        "assumed": _share(shared.assumed),
        "told_apart": _share(shared.told),
        "not_told_apart": _share(shared.not_told),
        "numbers": [_share(effect.share) | number_record(inputs, effect) for effect in shared.effects],
        "least_share_found": shared.least,
        "foretold": shared.foretold,
    }


def _share(share: Share) -> dict[str, Any]:
    return {"share": share.share, "low_95": share.low, "high_95": share.high}


def number_record(inputs: Inputs, effect: Effect) -> dict[str, Any]:
    """A number that an indicator rests on: between what it varied, and where it comes from."""
    number = inputs.numbers[effect.column]
    account = inputs.accounts.get(number.path)
    source = account.source if account else None
    return {
        "path": number.path,
        "rises": effect.rises,
        "value": number.median.number,
        "low": number.low,
        "high": number.high,
        "unit": number.median.unit,
        "why": source.why if source else None,
        "file": account.mark.file if account else None,
        "line": account.mark.line if account else None,
    }


def write_csv(study: Study, found: Sequence[Answer], file: Path) -> None:
    """One line for each part of an indicator's variance and each number found; then the numbers that do not vary.

    The file is there whole or as it was. Raises SimError if it cannot be written.
    """
    lines = [line for answer in found for line in _lines(study.inputs, answer)]
    left = [{"part": "not varied", "path": one.path, "why": one.why} for one in study.inputs.left]
    write_lines(COLUMNS, [*lines, *left], file)


def _lines(inputs: Inputs, answer: Answer) -> Iterator[dict[str, Any]]:
    head = {"indicator": answer.indicator, "route": answer.route}
    if answer.shared is None:
        yield head | {"part": "does not vary"}
        return
    shared = answer.shared
    yield head | {"part": "luck"} | _share(shared.luck)
    yield head | {"part": "posterior"} | _share(shared.posterior)
    yield head | {"part": "assumed"} | _share(shared.assumed)
    for effect in shared.effects:
        yield head | {"part": "number"} | _share(effect.share) | number_record(inputs, effect)
    yield head | {"part": "not told apart"} | _share(shared.not_told)
