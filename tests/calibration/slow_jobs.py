"""Runs that take a moment and give something simple: stand for runs of the model where these are killed.

`python tests/calibration/slow_jobs.py FOLDER [FAILING]` does them all and prints what they give.
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from sim.experiments.kept_runs import RunsFailedError, summaries
from sim.experiments.store import Store, Summary

N = 12


@dataclass(frozen=True)
class SlowJob:
    number: int
    fails: bool = False

    @property
    def key(self) -> str:
        return f"job-{self.number}"

    @property
    def text(self) -> str:
        return json.dumps({"kind": "slow_jobs:SlowJob", **vars(self)})

    @classmethod
    def from_text(cls, text: str) -> "SlowJob":
        fields = json.loads(text)
        return cls(fields["number"], fields["fails"])

    def run(self) -> Summary:
        time.sleep(0.15)
        if self.fails:
            raise ValueError("no such world")
        return {"flows": {"shipped": [self.number**2]}}


def main(folder: str, failing: int = -1) -> None:
    jobs = [SlowJob(i, i == failing) for i in range(N)]
    try:
        print(json.dumps(summaries(jobs, Store(Path(folder)), "slow")))  # type: ignore[arg-type]
    except RunsFailedError as error:
        print(error)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
