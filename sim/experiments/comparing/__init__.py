"""Comparing plans with a baseline: the same luck and the same draws of what is uncertain in all of them."""
