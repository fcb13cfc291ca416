"""Sections on what the numbers rest on: their statuses, the assumptions that matter most, and the manifest."""

import json
from collections.abc import Iterator
from re import sub

import pandas as pd

from sim.language import marked
from sim.report.evidence import STATUSES, OfFile, statuses
from sim.report.figures_of_plans import KINDS
from sim.report.parts import TITLES, Part, Table
from sim.report.speaking import Speaking

MOST_NUMBERS = 5
FEWEST_DRAWS = 10
"""With fewer draws a comparison does not say which number moves the answer."""
NAMES = {
    "reported": marked("reported"),
    "published": marked("published"),
    "derived": marked("derived"),
    "assumed": marked("assumed"),
}


def assumptions_part(speaking: Speaking) -> Part:
    """Numbers by status, and which assumed numbers most of the variance of the difference hangs on."""
    t = speaking.t
    known = statuses(speaking.result)
    total, n = known.total, max(sum(known.total.values()), 1)
    said = []
    if known.files:
        shares = [
            t(
                "{n} {status} ({share})",
                n=speaking.numbers.count(total[s]),
                status=t(NAMES[s]),
                share=speaking.numbers.percent(total[s] / n),
            )
            for s in STATUSES
        ]
        said.append(
            t(
                "Of {n} numbers in the files read: {shares}.",
                n=speaking.numbers.count(n),
                shares=speaking.numbers.listed(shares),
            )
        )
    else:
        said.append(t("The scenario files are not there any more, so their numbers cannot be counted by status."))
    for name, moved in known.calibrated.items():
        said.append(t("{n} numbers are calibrated: the posterior {name} moves them.", n=moved, name=name))
    said += list(_uncertain(speaking))
    notes = [t("Changed since, and so not counted: {files}.", files=", ".join(known.changed))] if known.changed else []
    tables = [_by_file(speaking, known.files), *_sensitivity(speaking)] if known.files else _sensitivity(speaking)
    return Part("assumptions", t(TITLES["assumptions"]), said, tables=tables, notes=[*notes, *_reading(speaking)])


def _by_file(speaking: Speaking, files: tuple[OfFile, ...]) -> Table:
    t = speaking.t
    rows = [[one.file, *(speaking.numbers.count(one.counts[s]) for s in STATUSES)] for one in files]
    return Table(t("Numbers by status and file"), [t("file"), *(t(NAMES[s]) for s in STATUSES)], rows)


def _uncertain(speaking: Speaking) -> Iterator[str]:
    t, result = speaking.t, speaking.result
    n = len({path for plan in result.plans.values() for path in plan.uncertain})
    if n and result.manifest.get("draws"):
        yield t("{n} assumed numbers of the interventions were drawn anew in every draw, within their ranges.", n=n)


def _sensitivity(speaking: Speaking) -> list[Table]:
    """For each plan the numbers that move its difference most."""
    result, t, numbers = speaking.result, speaking.t, speaking.numbers
    if result.kind == "run" or not result.has("sensitivity"):
        return []
    table = result.table("sensitivity")
    head = [
        t("number"),
        t("10th to 90th percentile"),
        t("moves the difference by"),
        t("share of its variance"),
        t("clear of chance"),
    ]
    tables = []
    unit = KINDS[result.manifest["objective"]].unit
    for plan, rows in table.groupby("plan", sort=False):
        changing = speaking.changing(str(plan))
        shown = [
            [
                changing.number(str(row["number"])),
                numbers.between(float(row["low"]), float(row["high"])),
                _moved(speaking, float(row["moves"]), unit),
                numbers.percent(float(row["share_of_variance"])),
                t("yes") if row["is_clear"] == "yes" else t("no"),
            ]
            for _, row in rows.head(MOST_NUMBERS).iterrows()
        ]
        tables.append(
            Table(t("What most of the uncertainty hangs on: {plan}", plan=speaking.plan(str(plan))), head, shown)
        )
    return tables


def _moved(speaking: Speaking, value: float, unit: str) -> str:
    numbers, t = speaking.numbers, speaking.t
    if unit == "money":
        return numbers.money(value)
    names = {"parcels": t("parcels"), "days": t("days")}
    return numbers.of(value, names.get(unit, ""), names.get(unit, ""))


def _reading(speaking: Speaking) -> Iterator[str]:
    result, t = speaking.result, speaking.t
    if result.kind == "run":
        yield t("Which assumed number matters most is asked of a comparison, or of sim sources --variance.")
        return
    draws = int(result.manifest.get("draws", 0))
    table: pd.DataFrame | None = result.table("sensitivity") if result.has("sensitivity") else None
    if draws < FEWEST_DRAWS:
        yield t(
            "Which uncertain number moves the answer cannot be told from {n} draws; {enough} or more can.",
            n=draws,
            enough=FEWEST_DRAWS,
        )
    elif table is not None and not table.empty:
        yield t(
            "Shares of the variance of the difference over draws, one number at a time, of the {n} that matter most.",
            n=MOST_NUMBERS,
        )


# -- the manifest ------------------------------------------------------------------------------------------------------


def manifest_part(speaking: Speaking) -> Part:
    """What the result was made from, so that it can be made again."""
    result, t, numbers = speaking.result, speaking.t, speaking.numbers
    manifest, side = result.manifest, result.side
    rows = [
        [t("folder"), result.folder.name],
        [t("finished"), str(side.get("finished_at", "–"))],
        [t("command"), " ".join(map(str, side.get("command") or ["–"]))],
        [t("seed"), str(result.scenario.seed)],
        [t("replications"), str(len(manifest["replications"]))],
        [t("draws"), str(manifest.get("draws", 0))],
        [t("parcels a row, at most"), numbers.count(result.scenario.parcels_per_row)],
        [t("version"), str(manifest.get("versions", {}).get("parcel-corridors", "–"))],
        [t("manifest.json, SHA-256"), result.manifest_hash],
    ]
    short = {key: value for key, value in manifest.items() if key not in ("scenario", "scenarios")}
    note = t(
        "The same manifest gives the same numbers. The scenarios, whole, are in manifest.json in the folder; the rest of it:"
    )
    text = sub(
        r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()), json.dumps(short, ensure_ascii=False, indent=1)
    )
    table = Table(t("What this was made from"), [t("what"), t("value")], rows)
    return Part("manifest", t(TITLES["manifest"]), tables=[table], notes=[note], more={"manifest": text})
