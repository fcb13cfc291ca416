"""The ledger of sources: what each number of a file rests on, and whether that is so.

Knows trees, sources and the tables of the evidence; no model class, and nothing of how results are shown.
"""

from sim.ledger.evidence import Evidence, Row, evidence_near
from sim.ledger.faults import problems_of, range_faults
from sim.ledger.formulas import FormulaError, worked_out
from sim.ledger.numbers import STATUSES, UNSTATED, Number, numbers_in
from sim.ledger.placing import Account, Below, account, files_below
from sim.ledger.uses import Use, uses_of

__all__ = [
    "STATUSES",
    "UNSTATED",
    "Account",
    "Below",
    "Evidence",
    "FormulaError",
    "Number",
    "Row",
    "Use",
    "account",
    "evidence_near",
    "files_below",
    "numbers_in",
    "problems_of",
    "range_faults",
    "uses_of",
    "worked_out",
]
