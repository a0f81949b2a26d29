"""Every way in which a source is made wrong, each as one replacement at its exact position: pure, no files, no clock.

What no test is to notice is left alone: annotations, docstrings, prose (f-strings and texts that logic does not compare),
`__all__`, decorators and the arguments of a class, code for type checkers, and how long something waits.
"""

import ast
import bisect
import io
import itertools
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
    ast.BitXor: ("^", "|"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
_READS_TEXT = frozenset(
    {
        *(
            "compile",
            "count",
            "endswith",
            "find",
            "findall",
            "finditer",
            "frozenset",
            "fromhex",
            "fullmatch",
            "get",
            "index",
            "join",
        ),
        *(
            "lstrip",
            "match",
            "partition",
            "pop",
            "removeprefix",
            "removesuffix",
            "replace",
            "rfind",
            "rpartition",
            "rsplit",
            "rstrip",
        ),
        *("search", "set", "setdefault", "split", "startswith", "strip", "sub", "translate"),
    }
)
"""Calls whose text arguments are logic, not prose."""
_TIME = re.compile(r"(?:^|_)m?s$", re.IGNORECASE)
"""Names of durations: no test may depend on how long something waits."""
_BEHIND_ALL = 1000
"""What is added to a place in an order: the next number is most often the same place."""
_CHANGED = "~"
"""What a text gains, and what is stripped instead of it."""


@dataclass(frozen=True, order=True)
class Mutant:
    """One replacement in a source, in bytes from its begin."""

    begin: int
    end: int
    new: str
    line: int
    kind: str


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of the text; not all of them need compile."""
    made = {(mutant.begin, mutant.end, mutant.new): mutant for mutant in _Reader(source).all()}
    return sorted(made.values())


def mutated(source: str, mutant: Mutant) -> str:
    """The source with one mutant in it; every other byte stays."""
    whole = source.encode()
    return (whole[: mutant.begin] + mutant.new.encode() + whole[mutant.end :]).decode()


def change(source: str, mutant: Mutant) -> tuple[str, str]:
    """What a diff would show: the lines that the mutant touches, before and after, each as one line."""
    whole = source.encode()
    begin = whole.rfind(b"\n", 0, mutant.begin) + 1
    end = whole.find(b"\n", mutant.end)
    end = len(whole) if end < 0 else end
    before = whole[begin:end]
    after = whole[begin : mutant.begin] + mutant.new.encode() + whole[mutant.end : end]
    return " ".join(before.decode().split()), " ".join(after.decode().split())


def is_sound(source: str, mutant: Mutant) -> bool:
    """Whether the module compiles with it, and to something else."""
    text = mutated(source, mutant)
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return ast.dump(ast.parse(text)) != ast.dump(ast.parse(source))


@dataclass(frozen=True)
class _Token:
    begin: int
    end: int
    text: str


class _Reader:
    """Walks the tree of one source and knows where its tokens stand."""

    def __init__(self, source: str) -> None:
        self._whole = source.encode()
        self._tree = ast.parse(source)
        self._lines = [0]
        for line in self._whole.split(b"\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._tokens = list(self._read_tokens(source))
        self._begins = [token.begin for token in self._tokens]

    def all(self) -> Iterator[Mutant]:
        yield from self._walk(self._tree, None)

    def _walk(self, node: ast.AST, parent: ast.AST | None) -> Iterator[Mutant]:
        """What this node and those below it give."""
        if _is_left_alone(node):
            return
        yield from self._here(node, parent)
        for name, value in ast.iter_fields(node):
            of_class = isinstance(node, ast.ClassDef) and name in {"bases", "keywords"}
            if of_class or name in {"annotation", "returns", "decorator_list", "type_params"}:
                continue
            for below in value if isinstance(value, list) else [value]:
                if isinstance(below, ast.AST):
                    yield from self._walk(below, node)

    def _here(self, node: ast.AST, parent: ast.AST | None) -> Iterator[Mutant]:
        if isinstance(node, ast.stmt):
            yield from self._statement(node)
        if isinstance(node, ast.Constant):
            yield from self._constant(node, parent)
        if isinstance(node, ast.expr):
            yield from self._expression(node)
        for test in _tests_of(node):
            # A loop without end would only take time.
            yield from self._condition(test, *(("False",) if isinstance(node, ast.While) else ("False", "True")))

    def _statement(self, node: ast.stmt) -> Iterator[Mutant]:
        match node:
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield self._instead(value, "None", "return")
            case ast.Expr(value=ast.Call() | ast.Await()):
                yield self._instead(node, "pass", "statement dropped")
            case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
                yield self._instead(node, "yield from ()", "statement dropped")
            case ast.AugAssign():
                yield from self._arithmetic(node.target, node.op, node.value, "=")
            case _:
                pass

    def _expression(self, node: ast.expr) -> Iterator[Mutant]:
        match node:
            case ast.Compare():
                yield from self._comparisons(node)
            case ast.BoolOp():
                old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
                for left, right in itertools.pairwise(node.values):
                    yield from self._operator(left, right, old, new, "and/or")
            case ast.UnaryOp(op=ast.Not()):
                word = self._first(self._span(node)[0], self._span(node.operand)[0], "not")
                if word:
                    yield self._mutant(word.begin, word.end, "", "not")
            case ast.BinOp():
                yield from self._arithmetic(node.left, node.op, node.right)
            case ast.Call():
                yield from self._arguments(node)
            case _:
                pass

    def _comparisons(self, node: ast.Compare) -> Iterator[Mutant]:
        operands = [node.left, *node.comparators]
        for left, operator, right in zip(operands, node.ops, node.comparators, strict=False):
            old, new = _COMPARISONS[type(operator)]
            yield from self._operator(left, right, old, new, "comparison")

    def _condition(self, test: ast.expr, *constants: str) -> Iterator[Mutant]:
        """The condition is always the same, or the opposite where no other mutant says that."""
        if isinstance(test, ast.Constant):
            return
        for constant in constants:
            yield self._instead(test, constant, "condition")
        if len(constants) > 1 and not isinstance(test, ast.Compare | ast.UnaryOp):
            begin, end = self._span(test)
            yield self._mutant(begin, end, f"not ({self._whole[begin:end].decode()})", "condition")

    def _arithmetic(self, left: ast.expr, operator: ast.operator, right: ast.expr, sign: str = "") -> Iterator[Mutant]:
        if type(operator) in _ARITHMETIC and not _is_no_number(left) and not _is_no_number(right):
            old, new = _ARITHMETIC[type(operator)]
            yield from self._operator(left, right, old + sign, new + sign, "arithmetic")

    def _constant(self, node: ast.Constant, parent: ast.AST | None) -> Iterator[Mutant]:
        value = node.value
        if isinstance(value, bool):
            yield self._instead(node, str(not value), "constant")
        elif isinstance(value, int | float):
            if not _is_duration(parent):
                yield self._instead(node, repr(value + (_BEHIND_ALL if _is_order(parent) else 1)), "constant")
        elif isinstance(value, str | bytes) and _is_read_by_logic(node, parent):
            kept = value[:0] if _is_stripped(parent) else value  # one more character to strip would change next to nothing
            more = kept + _CHANGED if isinstance(kept, str) else kept + _CHANGED.encode()
            yield self._instead(node, repr(more), "text")

    def _arguments(self, node: ast.Call) -> Iterator[Mutant]:
        """Each argument by name, left out."""
        for keyword in node.keywords:
            prose = _is_text(keyword.value) or isinstance(keyword.value, ast.JoinedStr)
            if keyword.arg is None or prose or _TIME.search(keyword.arg) or _is_said_default(node, keyword):
                continue
            begin, end = self._span(keyword)
            after = self._next(end)
            while after.text == ")" and self._opens_in(begin, after.end):
                after = self._next(after.end)
            if after.text == ",":
                yield self._mutant(begin, after.end, "", "argument dropped")
                continue
            before = self._tokens[bisect.bisect_left(self._begins, begin) - 1]
            yield self._mutant(before.begin if before.text == "," else begin, after.begin, "", "argument dropped")

    def _opens_in(self, begin: int, end: int) -> bool:
        """Whether as many parentheses open as close: the last one belongs to what stands here."""
        here = [token.text for token in self._tokens if begin <= token.begin < end]
        return here.count("(") == here.count(")")

    def _operator(self, left: ast.expr, right: ast.expr, old: str, new: str, kind: str) -> Iterator[Mutant]:
        begin, end = self._span(left)[1], self._span(right)[0]
        words = old.split()
        first, last = self._first(begin, end, words[0]), self._first(begin, end, words[-1])
        if first and last:
            yield self._mutant(first.begin, last.end, new, kind)

    def _first(self, begin: int, end: int, text: str) -> _Token | None:
        for token in self._tokens[bisect.bisect_left(self._begins, begin) :]:
            if token.begin >= end:
                return None
            if token.text == text:
                return token
        return None

    def _next(self, begin: int) -> _Token:
        return self._tokens[bisect.bisect_left(self._begins, begin)]

    def _instead(self, node: ast.expr | ast.stmt, new: str, kind: str) -> Mutant:
        return self._mutant(*self._span(node), new, kind)

    def _mutant(self, begin: int, end: int, new: str, kind: str) -> Mutant:
        return Mutant(begin, end, new, bisect.bisect_right(self._lines, begin), kind)

    def _span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._lines[node.lineno - 1] + node.col_offset, self._lines[node.end_lineno - 1] + node.end_col_offset

    def _read_tokens(self, source: str) -> Iterator[_Token]:
        """The tokens that are code, by bytes."""
        lines = source.split("\n")
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in {tokenize.OP, tokenize.NAME, tokenize.NUMBER, tokenize.STRING}:
                yield _Token(self._at(lines, token.start), self._at(lines, token.end), token.string)

    def _at(self, lines: list[str], position: tuple[int, int]) -> int:
        row, column = position
        return self._lines[row - 1] + len(lines[row - 1][:column].encode())


def _tests_of(node: ast.AST) -> list[ast.expr]:
    """The conditions that decide where it goes on."""
    match node:
        case ast.If() | ast.IfExp() | ast.While():
            return [node.test]
        case ast.comprehension():
            return node.ifs
        case ast.match_case(guard=ast.expr() as test):
            return [test]
        case _:
            return []


def _is_left_alone(node: ast.AST) -> bool:
    """Whether nothing in it is for a test to notice."""
    match node:
        case ast.JoinedStr():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.Assert():
            return True
        case ast.Assign(targets=[ast.Name()], value=ast.BinOp(op=ast.BitOr(), left=ast.Name() | ast.BinOp())):
            return node.col_offset == 0  # a type by another name
        case ast.Call(func=ast.Name(id="cast" | "TypeVar" | "NewType")):
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case _:
            return False


def _is_said_default(call: ast.Call, keyword: ast.keyword) -> bool:
    """Whether it is `strict=False` of zip, which is the default and is written for the linter alone."""
    is_zip = isinstance(call.func, ast.Name) and call.func.id == "zip"
    return is_zip and keyword.arg == "strict" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _is_no_number(node: ast.AST) -> bool:
    """Whether it is a text or a set, with which another operator would only fail at once."""
    is_set = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"set", "frozenset"}
    return is_set or isinstance(node, ast.JoinedStr | ast.Set | ast.SetComp) or _is_text(node)


def _is_duration(parent: ast.AST | None) -> bool:
    match parent:
        case ast.keyword(arg=str(name)):
            return bool(_TIME.search(name))
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return bool(_TIME.search(name))
        case _:
            return False


def _is_order(parent: ast.AST | None) -> bool:
    """Whether a number here says only what comes before what."""
    return isinstance(parent, ast.keyword) and parent.arg == "place"


def _is_stripped(parent: ast.AST | None) -> bool:
    """Whether a text here is a set of characters that are taken off an end."""
    match parent:
        case ast.Call(func=ast.Attribute(attr="strip" | "lstrip" | "rstrip")):
            return True
        case _:
            return False


def _is_read_by_logic(node: ast.Constant, parent: ast.AST | None) -> bool:
    """Whether a text in this place is compared, looked up or searched, not shown."""
    match parent:
        case ast.Compare() | ast.Subscript() | ast.MatchValue() | ast.Set():
            return True
        case ast.Dict():
            return node in parent.keys
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in _READS_TEXT
        case _:
            return False
