"""Where a value comes from, followed through one file: literals, constants, arguments, the environment, settings.

Law: a value is given only if every way to it gives the same one; what is not known is None, and the last place where it
was known is named. Nothing is run. Depth and number of steps are bounded, so that code that goes in circles ends too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from functools import partial

from msgspec.structs import replace

from tui.errors.source.origins import agreed, called, cast, given, option, setting, variable
from tui.errors.source.syntax import Binding, Function, Parsed, constant, dotted, last_name
from tui.errors.source.types import Sources, Trace

DEEPEST = 12
"""Steps from the call back to the value; people lose track long before."""
_CASTS = frozenset({"int", "str", "float", "Path", "strip", "lower", "rstrip", "lstrip", "quote", "decode", "encode"})
_ENVIRONMENT = frozenset({"os.getenv", "getenv", "os.environ.get", "environ.get", "os.environ", "environ", "os.environ.pop"})
_ENVIRONMENT_READERS = frozenset({"config", "env", "env.str", "env.int", "decouple.config", "environ.Env", "Env"})
"""python-decouple and environs, by their customary names: the first argument is the variable."""
_LOADERS = frozenset({"load", "loads", "safe_load", "ConfigParser", "RawConfigParser", "dotenv_values", "read"})
_OPTION_MAKERS = frozenset({"add_argument", "option", "add_option", "argument", "Option", "Argument"})
_PARSED_ARGUMENTS = frozenset({"args", "opts", "options", "ns", "parsed", "arguments"})
_CONFIG_WORDS = ("config", "settings", "conf", "cfg", "options", "secrets", "params")


class Tracer:
    """Follows values through one file."""

    def __init__(self, parsed: Parsed, sources: Sources) -> None:
        self._parsed = parsed
        self._sources = sources

    def trace(self, node: ast.expr | None, depth: int = 0) -> Trace:
        """Where the value of `node` comes from."""
        if node is None or depth > DEEPEST:
            return Trace()
        plain = constant(node)
        if plain is not None:
            return Trace(value=plain, origin="literal", line=node.lineno, words=f"the literal {plain!r} at line {node.lineno}")
        match node:
            case ast.Name(id=name):
                return self._name(node, name, depth)
            case ast.Attribute():
                return self._attribute(node, depth)
            case ast.Subscript():
                return self._subscript(node, depth)
            case ast.Call():
                return self._call(node, depth)
            case ast.BoolOp(op=ast.Or(), values=values):
                return self._first_known(values, depth)
            case ast.IfExp(body=body, orelse=other):
                return agreed([self.trace(body, depth + 1), self.trace(other, depth + 1)], "one of two values", node.lineno)
            case ast.Await(value=inner) | ast.NamedExpr(value=inner):
                return self.trace(inner, depth + 1)
            case _:
                return Trace(line=getattr(node, "lineno", None), words=f"an expression at line {getattr(node, 'lineno', '?')}")

    def expression(self, node: ast.expr, depth: int = 0) -> ast.expr:
        """What a name stands for, if that is one expression: the call that made an object, the tuple of an address."""
        if depth > DEEPEST:
            return node
        values: Sequence[ast.expr | None] = ()
        if isinstance(node, ast.Name):
            values = [binding.value for binding in self._bindings(node, node.id)]
            function = self._parsed.function(node)
            if not values and function:
                values = self._given(function, node.id, self._calls(function))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            owner = self._owner(node)
            values = [binding.value for binding in self._parsed.attributes(owner, node.attr)] if owner else ()
        elif isinstance(node, ast.Await):
            return self.expression(node.value, depth)
        if len(values) == 1 and values[0] is not None:
            return self.expression(values[0], depth + 1)
        return node

    def _name(self, node: ast.Name, name: str, depth: int) -> Trace:
        bindings = self._bindings(node, name)
        if bindings:
            return self._bound(bindings, name, depth)
        function = self._parsed.function(node)
        while function is not None:
            if name in _parameters(function):
                return self._parameter(function, name, depth)
            function = self._parsed.function(function)
        imported = self._imported(name, depth)
        return imported or Trace(name=name, line=node.lineno, words=f"{name}, which this file does not set")

    def _bindings(self, node: ast.expr, name: str) -> list[Binding]:
        """What gives the name its value at `node`: in the innermost scope that knows it, before the node's line."""
        for scope in (*self._parsed.above(node), self._parsed.tree):
            if isinstance(scope, ast.ClassDef) and scope is not self._parsed.scope(node):
                continue
            bindings = self._parsed.bindings(scope, name)
            if isinstance(scope, Function):
                earlier = [binding for binding in bindings if binding.line <= node.lineno]
                bindings = earlier or bindings
            if bindings:
                surely = [index for index, binding in enumerate(bindings) if binding.sure]
                return bindings[surely[-1] :] if surely else bindings
            if isinstance(scope, Function) and name in _parameters(scope):
                return []
        return []

    def _bound(self, bindings: list[Binding], name: str, depth: int) -> Trace:
        traces: list[Trace] = []
        for binding in bindings:
            if binding.of_loop is not None:
                traces.append(self._looped(binding.of_loop, binding.line, name, depth))
            else:
                traces.append(called(self.trace(binding.value, depth + 1), name, binding.line))
        lines = " or ".join(str(binding.line) for binding in bindings)
        return agreed(traces, f"{name}, set at line {lines}", bindings[-1].line, name=name)

    def _looped(self, of_loop: ast.expr, line: int, name: str, depth: int) -> Trace:
        of = self.expression(of_loop)
        values = [self.trace(item, depth + 1) for item in of.elts] if isinstance(of, ast.Tuple | ast.List | ast.Set) else []
        return agreed(values, f"{name}, one of the values of the loop at line {line}", line, name=name)

    def _parameter(self, function: Function, name: str, depth: int) -> Trace:
        words = f"the argument {name} of {function.name}()"
        calls = self._calls(function)
        passed = self._given(function, name, calls)
        if passed and len(passed) == len(calls):
            trace = agreed([self.trace(value, depth + 1) for value in passed], words, passed[-1].lineno, name=name)
            return given(trace, name, words, (value.lineno for value in passed))
        default = _default(function, name)
        if default is not None and not passed:
            trace = self.trace(default, depth + 1)
            return replace(
                trace, origin="default", name=name, line=default.lineno, words=f"the default of {words} at line {default.lineno}"
            )
        return Trace(origin="argument", name=name, line=function.lineno, words=f"{words} at line {function.lineno}")

    def _calls(self, function: Function) -> list[ast.Call]:
        """The calls that lead to the function: those that are in the stack, if it is known, otherwise all in the file."""
        calls = self._parsed.calls_of(function)
        passed = [
            call
            for call in calls
            if any(call.lineno <= line <= (call.end_lineno or call.lineno) for line in self._sources.callers)
        ]
        return passed or calls

    def _given(self, function: Function, name: str, calls: Iterable[ast.Call]) -> list[ast.expr]:
        """What the calls of the function pass for one parameter."""
        values = []
        positions = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)]
        method = self._parsed.owner(function) is not None and positions[:1] in (["self"], ["cls"])
        if method:
            positions = positions[1:]
        for call in calls:
            keyword = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
            index = positions.index(name) if name in positions else len(call.args)
            starred = any(isinstance(argument, ast.Starred) for argument in call.args)
            value = keyword if keyword is not None else call.args[index] if index < len(call.args) and not starred else None
            if value is not None:
                values.append(value)
        return values

    def _attribute(self, node: ast.Attribute, depth: int) -> Trace:
        whole = dotted(node)
        if whole.startswith(("self.", "cls.")):
            owner = self._owner(node)
            bindings = self._parsed.attributes(owner, node.attr) if owner else []
            if bindings:
                return self._bound(bindings, whole, depth)
        root, _, rest = whole.partition(".")
        klass = next(
            (statement for statement in self._parsed.tree.body if isinstance(statement, ast.ClassDef) and statement.name == root),
            None,
        )
        if klass and rest:
            bindings = self._parsed.bindings(klass, rest)
            if bindings:
                return self._bound(bindings, whole, depth)
        module = self._module(root)
        if module and rest and "." not in rest:
            path, parsed = module
            return _elsewhere(Tracer(parsed, replace(self._sources, callers=())), parsed, rest, path, depth)
        chosen = self._option(node.attr) if root in _PARSED_ARGUMENTS else None
        if chosen is not None:
            return chosen
        if any(word in root.lower() for word in _CONFIG_WORDS):
            return setting(tuple(whole.split(".")[1:]), self._sources, node.lineno)
        return Trace(name=whole or node.attr, line=node.lineno, words=f"{whole or node.attr} at line {node.lineno}")

    def _owner(self, node: ast.AST) -> ast.ClassDef | None:
        return next((ancestor for ancestor in self._parsed.above(node) if isinstance(ancestor, ast.ClassDef)), None)

    def _subscript(self, node: ast.Subscript, depth: int) -> Trace:
        keys: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Subscript):
            key = constant(inner.slice)
            if key is None:
                return Trace(line=node.lineno, words=f"an expression at line {node.lineno}")
            keys.insert(0, str(key))
            inner = inner.value
        if dotted(inner) in _ENVIRONMENT:
            return variable(keys[0], self._sources, node.lineno, None)
        made = self.expression(inner)
        if isinstance(made, ast.Dict):
            return self._of_dict(made, keys, dotted(inner), depth)
        if isinstance(made, ast.Call) and (last_name(made.func) in _LOADERS or made is inner):
            return setting(tuple(keys), self._sources, node.lineno)
        if any(word in dotted(inner).lower() for word in _CONFIG_WORDS):
            return setting(tuple(keys), self._sources, node.lineno)
        return Trace(
            name=".".join(keys), line=node.lineno, words=f"{dotted(inner) or 'a mapping'}[{keys[-1]!r}] at line {node.lineno}"
        )

    def _of_dict(self, made: ast.Dict, keys: list[str], name: str, depth: int) -> Trace:
        for key, value in zip(made.keys, made.values, strict=True):
            if key is not None and str(constant(key)) == keys[0]:
                if len(keys) > 1 and isinstance(value, ast.Dict):
                    return self._of_dict(value, keys[1:], f"{name}[{keys[0]!r}]", depth)
                trace = self.trace(value, depth + 1)
                return called(trace, f"{name}[{keys[0]!r}]", value.lineno) if trace.origin == "literal" else trace
        return Trace(name=keys[-1], line=made.lineno, words=f"{name}, a dictionary at line {made.lineno}")

    def _call(self, node: ast.Call, depth: int) -> Trace:
        name, last = dotted(node.func), last_name(node.func)
        first = constant(node.args[0]) if node.args else None
        fallback = (
            node.args[1]
            if len(node.args) > 1
            else next((keyword.value for keyword in node.keywords if keyword.arg == "default"), None)
        )
        if isinstance(first, str) and (name in _ENVIRONMENT or name in _ENVIRONMENT_READERS):
            instead = None if fallback is None else partial(self.trace, fallback, depth + 1)
            return variable(first, self._sources, node.lineno, instead)
        if last in _CASTS:
            inner = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
            return cast(self.trace(inner, depth + 1), last)
        if last in {"get", "getint"} and isinstance(node.func, ast.Attribute) and isinstance(first, str):
            made = self.expression(node.func.value)
            if isinstance(made, ast.Dict):
                trace = self._of_dict(made, [first], dotted(node.func.value), depth)
                return trace if trace.value is not None or fallback is None else self.trace(fallback, depth + 1)
            keys = tuple(key for key in map(constant, node.args[:2]) if isinstance(key, str))  # a number is a default
            return setting(keys, self._sources, node.lineno)
        returned = self._returned(node, depth)
        return returned or Trace(
            name=name or None, line=node.lineno, words=f"what {f'{name}()' if name else 'a call'} returns at line {node.lineno}"
        )

    def _returned(self, node: ast.Call, depth: int) -> Trace | None:
        """What a function of this file returns, if it has only one return."""
        functions = [
            statement
            for statement in self._parsed.tree.body
            if isinstance(statement, Function) and statement.name == last_name(node.func)
        ]
        returns = [
            inner.value for function in functions for inner in ast.walk(function) if isinstance(inner, ast.Return) and inner.value
        ]
        if len(returns) != 1:
            return None
        trace = self.trace(returns[0], depth + 1)
        return replace(trace, words=f"what {last_name(node.func)}() returns: {trace.words}") if trace.words else None

    def _first_known(self, values: list[ast.expr], depth: int) -> Trace:
        first, *others = (self.trace(value, depth + 1) for value in values)
        known = next((trace for trace in (first, *others) if trace.value not in {None, ""}), first)
        return known if known is first or not first.words else replace(known, words=f"{first.words}, else {known.words}")

    def _option(self, name: str) -> Trace | None:
        """An option of argparse, click or optparse in this file, with its default."""
        for call in self._parsed.calls:
            if last_name(call.func) not in _OPTION_MAKERS:
                continue
            flags = [flag for flag in map(constant, call.args) if isinstance(flag, str)]
            if name in {flag.lstrip("-").replace("-", "_") for flag in flags}:
                default = next((keyword.value for keyword in call.keywords if keyword.arg == "default"), None)
                return option(flags[0], call.lineno, self.trace(default, DEEPEST))
        return None

    def _module(self, root: str) -> tuple[str, Parsed] | None:
        """The file beside this one that a name stands for, if the name was imported."""
        for node in ast.walk(self._parsed.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if root == (alias.asname or alias.name):
                        return self._sources.modules.get(alias.name.rpartition(".")[2])
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if root == (alias.asname or alias.name):
                        return self._sources.modules.get(alias.name)
        return None

    def _imported(self, name: str, depth: int) -> Trace | None:
        """A constant that was imported from a file beside this one."""
        imports = (node for node in ast.walk(self._parsed.tree) if isinstance(node, ast.ImportFrom))
        for origin, alias in ((node.module or "", alias) for node in imports for alias in node.names):
            module = self._sources.modules.get(origin.rpartition(".")[2])
            if module and name == (alias.asname or alias.name):
                path, parsed = module
                return _elsewhere(Tracer(parsed, replace(self._sources, callers=())), parsed, alias.name, path, depth)
        return None


def _elsewhere(tracer: Tracer, parsed: Parsed, name: str, path: str, depth: int) -> Trace:
    """A constant of another file."""
    bindings = parsed.bindings(parsed.tree, name)
    if not bindings:
        return Trace(name=name, path=path, words=f"{name} in {path}")
    trace = tracer._bound(bindings, name, depth + 1)  # noqa: SLF001 -- the same class, for another file
    if trace.path:
        return trace
    line = trace.line or bindings[-1].line
    return replace(trace, path=path, line=line, words=f"{trace.words.partition(' at line ')[0]} in {path}:{line}")


def _parameters(function: Function) -> list[str]:
    arguments = function.args
    return [parameter.arg for parameter in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _default(function: Function, name: str) -> ast.expr | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    shift = len(positional) - len(arguments.defaults)
    for index, parameter in enumerate(positional):
        if parameter.arg == name and index >= shift:
            return arguments.defaults[index - shift]
    return next(
        (value for parameter, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if parameter.arg == name),
        None,
    )
