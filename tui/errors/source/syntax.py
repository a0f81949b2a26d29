"""One parsed Python file: what is inside what, what assigns a name, what calls a function. None of it is run.

Law: a file that Python itself would not read gives None, and what can't be known statically is left unknown.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef | ast.Module
Function = ast.FunctionDef | ast.AsyncFunctionDef
_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.ExceptHandler, ast.Match)
LONGEST_SOURCE = 1_000_000
"""Characters; a longer file is generated, and nobody wrote its connecting call by hand."""
MOST_NODES = 200_000
"""Nodes of a file; ten thousand lines of code have about half as many."""


class Binding(Struct, frozen=True):
    """One place that gives a name its value."""

    value: ast.expr | None
    """None if it can't be known: a loop's variable, an import, a `with`."""
    line: int
    sure: bool
    """Whether it is reached whenever its scope runs: it is not in a branch or loop."""
    of_loop: ast.expr | None = None
    """What a loop's variable runs over."""


class Parsed:
    """A file and the links between its nodes."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self._parents: dict[ast.AST, ast.AST] = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Everything that `node` is inside, innermost first."""
        ancestor = self._parents.get(node)
        while ancestor is not None:
            yield ancestor
            ancestor = self._parents.get(ancestor)

    def scope(self, node: ast.AST) -> Scope:
        """The innermost function, class or module that `node` is inside."""
        return next((ancestor for ancestor in self.above(node) if isinstance(ancestor, Scope)), self.tree)

    def function(self, node: ast.AST) -> Function | None:
        """The innermost function that `node` is inside."""
        return next((ancestor for ancestor in self.above(node) if isinstance(ancestor, Function)), None)

    def owner(self, function: ast.AST) -> ast.ClassDef | None:
        """The class whose method `function` is; None for a plain function."""
        parent = self._parents.get(function)
        return parent if isinstance(parent, ast.ClassDef) else None

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Every call, in the order of the file."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return sorted(calls, key=lambda call: (call.lineno, call.col_offset))

    @cached_property
    def _bindings(self) -> dict[tuple[ast.AST, str], list[Binding]]:
        bindings: dict[tuple[ast.AST, str], list[Binding]] = {}
        for node in ast.walk(self.tree):
            for target, value, loop in _targets(node):
                where = self.tree if isinstance(target, ast.Name) and self._is_global(target) else self.scope(node)
                sure = not any(isinstance(ancestor, _BRANCHES) for ancestor in self._within(node, where))
                binding = Binding(value=value, line=getattr(target, "lineno", 0), sure=sure and loop is None, of_loop=loop)
                bindings.setdefault((where, _name(target)), []).append(binding)
        return bindings

    def bindings(self, scope: ast.AST, name: str) -> list[Binding]:
        """The places in `scope` itself that give `name` a value, in the order of the file."""
        return sorted(self._bindings.get((scope, name), []), key=lambda binding: binding.line)

    def attributes(self, owner: ast.ClassDef, name: str) -> list[Binding]:
        """The places in a class that give `self.name` a value, including those in its methods."""
        inside = [
            binding
            for function in owner.body
            if isinstance(function, Function)
            for binding in self.bindings(function, f"self.{name}")
        ]
        return [*self.bindings(owner, name), *inside]

    def calls_of(self, function: Function) -> list[ast.Call]:
        """The calls that lead to `function`, judged by its name: for a constructor, those of its class."""
        owner = self.owner(function)
        name = owner.name if owner and function.name == "__init__" else function.name
        return [call for call in self.calls if last_name(call.func) == name]

    def _is_global(self, target: ast.Name) -> bool:
        function = self.function(target)
        return function is not None and any(
            isinstance(node, ast.Global) and target.id in node.names for node in ast.walk(function)
        )

    def _within(self, node: ast.AST, scope: ast.AST) -> Iterator[ast.AST]:
        for ancestor in self.above(node):
            if ancestor is scope:
                return
            yield ancestor


def parse(text: str) -> Parsed | None:
    """The file as Python reads it; None if it is not Python, or too long."""
    if len(text) > LONGEST_SOURCE:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # what Python thinks of the user's spelling is not ours to print
            tree = ast.parse(text)
        if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
            return None
        return Parsed(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def dotted(node: ast.expr) -> str:
    """`os.environ.get` for the expression of that form; empty if it is not a chain of names."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def last_name(node: ast.expr) -> str:
    """The last name of a chain: `get` of `requests.get`; empty if it is not a chain."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def constant(node: ast.expr | None) -> str | int | None:
    """The string or number that an expression plainly is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int) and not isinstance(node.value, bool):
        return node.value
    return None


def _targets(  # noqa: C901 -- one arm for each statement that binds
    node: ast.AST,
) -> Iterator[tuple[ast.expr, ast.expr | None, ast.expr | None]]:
    """What a statement binds, and to what; third, what a loop's variable runs over."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield target, value, None
        case ast.NamedExpr(target=target, value=value):
            yield target, value, None
        case ast.AugAssign(target=target):
            yield target, None, None
        case ast.For(target=target, iter=of) | ast.AsyncFor(target=target, iter=of) | ast.comprehension(target=target, iter=of):
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    yield name, None, of
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if item.optional_vars is not None:
                    yield from _pairs(item.optional_vars, item.context_expr)
        case _:
            return


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | None, None]]:
    if not isinstance(target, ast.Tuple | ast.List):
        yield target, value, None
        return
    alike = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
    for index, element in enumerate(target.elts):
        yield element, value.elts[index] if alike and isinstance(value, ast.Tuple | ast.List) else None, None


def _name(target: ast.expr) -> str:
    """The name of a target: `port`, `self.port`; empty for anything else."""
    return dotted(target)
