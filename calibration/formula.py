"""Formulas of parameters, as they stand in a corridor's file: `parcels / (inside * (1 - express))`.

Knows numbers and names; knows no scenario. Works on arrays as on numbers.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from sim.errors import did_you_mean, shown
from sim.ledger.formulas import FormulaError

OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS: Mapping[str, Callable[[float], float]] = {"exp": math.exp, "log": math.log}


def parsed(formula: str) -> ast.expr:
    """The formula's syntax; raises FormulaError if it is none."""
    try:
        return ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise FormulaError(f"{shown(formula)} is not a formula") from None


def names_of(formula: str) -> frozenset[str]:
    """Names of the parameters that a formula uses."""
    nodes = list(ast.walk(parsed(formula)))
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name)) - called


def worked_out(formula: str, values: Mapping[str, float]) -> float:
    """The value of a formula; raises FormulaError for an unknown name or an operation that formulas have not."""
    return float(_value(parsed(formula), values))


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name):
            if name not in values:
                hint = did_you_mean(name, values) or f"known are {', '.join(values)}"
                raise FormulaError(f"there is no parameter '{name}'; {hint}")
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return float(OPERATORS[type(op)](_value(left, values), _value(right, values)))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_value(argument, values))
    raise FormulaError(f"{shown(ast.unparse(node))} is no part of a formula; numbers, names, + - * / **, exp, log are")
