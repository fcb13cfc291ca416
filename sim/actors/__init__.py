"""Actors: the only modules besides `sim.model` that import simpy."""
