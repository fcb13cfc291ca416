"""Workload W in other tools, one module each, all of the shape ``simulate(table, corridor) -> Journeys``."""
