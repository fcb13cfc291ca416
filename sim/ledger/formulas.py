"""Formulas of derived numbers: arithmetic and nothing else."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from sim.errors import shown

LONGEST_FORMULA = 300
OPERATORS: Mapping[type[ast.operator], Callable[[float, float], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS: Mapping[str, Callable[..., float]] = {"min": min, "max": max}


class FormulaError(ValueError):
    """A formula cannot be worked out; says why."""


def worked_out(formula: str) -> float:
    """The value of a formula of numbers, ``+ - * / **``, parentheses, ``min`` and ``max``. Raises FormulaError."""
    if len(formula) > LONGEST_FORMULA:
        raise FormulaError(f"a formula has at most {LONGEST_FORMULA} characters")
    try:
        value = _value(ast.parse(formula.strip(), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError):
        raise FormulaError(f"{shown(formula)} is not a formula of numbers") from None
    except (ZeroDivisionError, OverflowError):
        raise FormulaError(f"{shown(formula)} has no value") from None
    if not abs(value) < float("inf"):
        raise FormulaError(f"{shown(formula)} has no value")
    return value


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            result = OPERATORS[type(op)](_value(left), _value(right))
            if isinstance(result, complex):
                raise FormulaError(f"{shown(ast.unparse(node))} is no real number")
            return float(result)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as arguments, keywords=[]) if name in FUNCTIONS:
            return float(FUNCTIONS[name]([_value(argument) for argument in arguments]))
    raise FormulaError(f"{shown(ast.unparse(node))} is no part of a formula; numbers, + - * / **, min and max are")
