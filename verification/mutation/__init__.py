"""Mutation testing: small faults put into the engine one at a time, and whether the tests notice: `make mutate`.

The faults are those of mutmut. Why they are put in place here and not by mutmut itself:
`docs/decisions/0015-mutants-in-place.md`.
"""
