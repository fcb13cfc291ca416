"""Measurements: a fixed workload, the same model in other tools, and the ratios between them."""
