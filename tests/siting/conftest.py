"""A small library: the golden world, three interventions at its sorting, and a siting file that asks of them."""

from pathlib import Path

import pytest

TINY = Path(__file__).parents[1] / "golden" / "tiny.yaml"
PLAN = """\
intervention: {name}
name: {{en: {name}}}
base: tiny.yaml
proposes: Sorting with {servers} more at {name}.
at: 2016-05-01
capital: {capital} CNY
measures: {{more: {{kind: expand_station, queues: [stations.sorting], servers: {servers}}}}}
"""
SITING = """\
siting: small
title: Which of three places
base: tiny.yaml
choose: 1
shortlist: 3
demand:
  routes: {post: {share: 1, gateway: border}}
clusters:
  east: {name: {en: East}, latitude: 46, longitude: 127, weight: {value: 0.6, assumed: [0.3, 0.9], why: no figure}}
  west: {name: {en: West}, latitude: 46, longitude: 125, weight: {value: 0.4, assumed: [0.2, 0.6], why: no figure}}
candidates:
  near:
    name: {en: Near}
    intervention: near
    latitude: 46
    longitude: 126.8
    inland_cost_per_kg:
      east: {value: 0.1 CNY/kg, assumed: [0.05 CNY/kg, 0.2 CNY/kg], why: "1 a km, 0.1"}
      west: {value: 0.9 CNY/kg, assumed: [0.5 CNY/kg, 1.8 CNY/kg], why: "1 a km, 0.9"}
    to_gateways: {border: {cost_per_kg: 0.2 CNY/kg}}
    capacity_per_day: 1000
  far:
    name: {en: Far}
    intervention: far
    latitude: 45.5
    longitude: 125.2
    inland_cost_per_kg: {east: 0.8 CNY/kg, west: 0.1 CNY/kg}
    to_gateways: {border: {cost_per_kg: 0.3 CNY/kg}}
    capacity_per_day: 1000
  dear:
    name: {en: Dear}
    intervention: dear
    latitude: 46.4
    longitude: 126
    inland_cost_per_kg: {east: 0.1 CNY/kg, west: 0.1 CNY/kg}
    to_gateways: {border: {cost_per_kg: 0.1 CNY/kg}}
    capital: 1e6 CNY
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for folder in ("corridors", "interventions", "siting"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tiny.yaml").write_text(TINY.read_text("utf-8"), "utf-8")
    for name, servers, capital in (("near", 1, 0), ("far", 1, 1000), ("dear", 3, 1_000_000)):
        text = PLAN.format(name=name, servers=servers, capital=capital)
        (tmp_path / "interventions" / f"{name}.yaml").write_text(text, "utf-8")
    (tmp_path / "siting" / "small.yaml").write_text(SITING, "utf-8")
    return tmp_path


@pytest.fixture
def small(library: Path) -> Path:
    return library / "siting" / "small.yaml"
