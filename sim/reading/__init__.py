"""From files to models: strict YAML, places of every value, layers, sources, and plain words for what is wrong.

Knows no model class by name.
"""

from sim.reading.building import build
from sim.reading.files import bytes_of, text_of
from sim.reading.layers import Source, is_sourced, overlay, union, unwrap_sources, without_sources
from sim.reading.mending import also_wrong
from sim.reading.strict_yaml import read_tree
from sim.reading.tree import Mark, Path, Scalar, Tree, dotted, problem_at

__all__ = [
    "Mark",
    "Path",
    "Scalar",
    "Source",
    "Tree",
    "also_wrong",
    "build",
    "bytes_of",
    "dotted",
    "is_sourced",
    "overlay",
    "problem_at",
    "read_tree",
    "text_of",
    "union",
    "unwrap_sources",
    "without_sources",
]
