"""What a browser asks of the server, for all tests here."""

import json
from typing import Any

from serving import until as until
from starlette.testclient import TestClient

PORT = 8321
HERE = f"http://127.0.0.1:{PORT}"


def plan(name: str = "Lines", *chosen: dict[str, Any]) -> dict[str, Any]:
    """A plan as the page sends it."""
    return {"name": name, "chosen": list(chosen) or [{"name": "lines"}]}


def body(*plans: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What is asked of a check or a run."""
    return {"corridor": "tiny", "plans": list(plans) or [plan()], "replications": 2, "parcels_per_row": 5} | more


def runs_in(client: TestClient) -> dict[str, dict[str, Any]]:
    """The runs that the server lists, by name."""
    return {one["id"]: one for one in json.loads(client.get("/api/runs").text)}
