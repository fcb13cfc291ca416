"""Which interventions can be together: those that one requires are there in time, those that it excludes are not."""

from collections.abc import Iterator
from datetime import timedelta

from sim.errors import did_you_mean
from sim.reading.tree import Path
from sim.scenario.checks.findings import Found
from sim.scenario.interventions.intervention import Intervention
from sim.scenario.scenario import Scenario
from sim.ticks import DAY


def company(s: Scenario) -> Iterator[Found]:
    """What each intervention requires and lacks, and what it excludes and meets."""
    for name, intervention in s.interventions.items():
        at: Path = ("interventions", name)
        for i, other in enumerate(intervention.requires):
            hint = None if other in s.interventions else did_you_mean(other, list(s.interventions))
            for message in _of_requirement(s, intervention, other):
                yield (*at, "requires", i), message, hint
        for i, other in enumerate(intervention.excludes):
            if other in s.interventions:
                yield (*at, "excludes", i), f"'{name}' and '{other}' exclude each other: take one of them out", None


def _of_requirement(s: Scenario, intervention: Intervention, other: str) -> Iterator[str]:
    required = s.interventions.get(other)
    if required is None:
        yield f"it requires '{other}', which the scenario does not have; add it to the interventions"
        return
    latest = required.at + timedelta(days=required.starts_within // DAY)
    if latest > intervention.at:
        may = "may start as late as" if required.starts_within else "starts only on"
        yield f"it requires '{other}', which {may} {latest}, after {intervention.at}"
    end = required.ending(required.at)
    if end is not None and end <= intervention.at:
        yield f"it requires '{other}', which has ended by {intervention.at}"
