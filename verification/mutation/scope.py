"""What is mutated: which modules, and which lines of them are only wording."""

from pathlib import Path

import libcst as cst

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kernels", "flow", "experiments")
NOT_COMPUTED = ("__main__.py", "wording.py", "pictures.py", "sensitivity/drawing.py", "discovery/drawing.py")
"""Modules that only start a process, put sentences together, or draw."""
TELLS = {"warn", "print", "echo", "len", "isinstance", "cast"}
"""Functions whose arguments are messages or types, or of which mutmut says that mutants tell nothing."""
NEVER = {"__getattribute__", "__setattr__", "__new__", "__repr__", "__str__", "_repr_html_"}


def modules(package: str) -> list[Path]:
    """Files of a package of `sim` that are mutated, in order of their names."""
    files = sorted((ROOT / "sim" / package).rglob("*.py"))
    return [path for path in files if not name_of(path).endswith(tuple(f"/{name}" for name in NOT_COMPUTED))]


def name_of(path: Path) -> str:
    """A file as it is named here: ``sim/flow/station.py``."""
    return path.relative_to(ROOT).as_posix()


def is_left_out(node: cst.CSTNode) -> bool:
    """Whether nothing in a node is mutated: signatures, types, and what is only wording.

    Wording is an error that is raised, a docstring, a text of several words, and what is handed to `TELLS`.
    """
    match node:
        case cst.Parameters() | cst.Decorator() | cst.Annotation() | cst.Raise() | cst.ConcatenatedString():
            return True
        case cst.FunctionDef():
            return node.name.value in NEVER
        case cst.Expr(value=cst.SimpleString()):
            return True
        case cst.SimpleString():
            return _has_words(node.value)
        case cst.FormattedString():
            return any(isinstance(part, cst.FormattedStringText) and _has_words(part.value) for part in node.parts)
        case cst.Call(func=cst.Name(value=name)) | cst.Call(func=cst.Attribute(attr=cst.Name(value=name))):
            return name in TELLS
    return False


def _has_words(text: str) -> bool:
    return " " in text.strip()
