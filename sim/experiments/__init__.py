"""Runs of whole scenarios: what they will take, running them, what came of them."""
