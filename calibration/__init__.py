"""What the numbers stand on: the evidence, and the check that every number of a corridor names its source.

Imports sim, never the reverse.
"""
