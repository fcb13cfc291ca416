"""What of a scenario's time may be said otherwise by a file that asks something of it: a sweep, a ranking."""

from datetime import date

from pydantic import Field

from sim.scenario.base import Described
from sim.units import Duration


class HorizonPart(Described):
    """What of the simulated time is other than the base's; what is not given stays."""

    start: date | None = Field(None, description="first day that is reported")
    end: date | None = Field(None, description="first day that is no longer simulated")
    warm_up: Duration | None = Field(None, description="time simulated before the start and not reported (whole days)")
    drain: Duration | None = Field(None, description="time after the end in which no orders come (whole days)")
