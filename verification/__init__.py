"""The engine held against theory and against other simulators: `python -m verification`, or `make verify`.

Every check is a number that theory gives, and the same number simulated with a scenario of the public contract.
"""
