"""Sweeps: many points of levers and uncertainties, each run in the same worlds on the same luck, kept as they end."""
