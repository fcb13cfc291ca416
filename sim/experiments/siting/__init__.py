"""Siting: where warehouses or centres should stand, solved exactly on simulated demand, and checked by simulation."""
