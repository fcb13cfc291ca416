"""The languages that results are shown in: catalogues of texts, numbers as planners write them, names of things.

Knows descriptions of scenarios; knows no result and no page or report.
"""

from sim.language.catalogue import LANGUAGES, Catalogue, catalogue, marked
from sim.language.names import Names
from sim.language.numbers import Numbers

__all__ = ["LANGUAGES", "Catalogue", "Names", "Numbers", "catalogue", "marked"]
