"""What a template may hold: text, names, `if`, `for`, `include` and `answers`, and nothing else."""

import re

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.visitor import NodeTransformer

from breachkit.adapters.rendering.document import CLOSING, opening
from breachkit.errors import TemplateError

HINT = "a template may hold only text, names, if, for, include and answers"
LOOP_NAMES = frozenset({"first", "index", "last", "length"})
"""What a template may ask of `loop`."""


class Answers(Extension):
    """The tag `{% answers "6.4(b)" %} … {% endanswers %}`: what a stretch of text discharges.

    A name may stand in place of the words, as in `{% answers one.citation %}`: its printed value counts.
    """

    tags = {"answers"}  # noqa: RUF012  (declared so by Jinja)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Read the tag, and leave its body between two marks in the text."""
        line = next(parser.stream).lineno
        if parser.stream.current.type == "name":
            named = [
                nodes.TemplateData("\ue002"),
                parser.parse_expression(),
                nodes.TemplateData("\ue003"),
            ]
            opened = nodes.Output(named, lineno=line)
            body = parser.parse_statements(("name:endanswers",), drop_needle=True)
            return [opened, *body, _text(CLOSING, line)]
        wanted: list[str] = [parser.stream.expect("string").value]
        while parser.stream.skip_if("comma"):
            wanted.append(parser.stream.expect("string").value)
        for requirement in wanted:
            # The marks are told apart by private-use characters, which are not printable.
            if not requirement.strip() or not requirement.isprintable():
                parser.fail(f"answers names {requirement!r}, which is no requirement", line)
        body = parser.parse_statements(("name:endanswers",), drop_needle=True)
        return [_text(opening(wanted), line), *body, _text(CLOSING, line)]


def checked(tree: nodes.Template, name: str) -> tuple[nodes.Template, list[tuple[str, int]]]:
    """Return a template's syntax tree, made safe, and what it includes on which line.

    Comparisons and loops are led through the environment, which knows how to compare a printed
    value with a word and refuses to walk a string letter by letter.
    """
    walk = _Whitelist(name)
    walk.visit(tree)
    return tree, walk.includes


def check_characters(source: str, name: str) -> None:
    """Refuse characters that the renderer keeps for itself, and controls that nobody sees."""
    if found := _REFUSED.search(source):
        line = source.count("\n", 0, found.start()) + 1
        raise TemplateError(
            f"{name}:{line}: the character U+{ord(found[0]):04X} is not allowed in a template",
            hint="delete it; it is invisible in most editors",
        )


def keep_lines(source: str, name: str) -> str:
    """Make a line that holds tags only vanish, and leave every other line as it is written.

    Jinja's own trimming eats the line break after a tag wherever the tag stands, and so glues
    the last word of one line to the first of the next.
    """
    if found := _RAW.search(source):
        line = source.count("\n", 0, found.start()) + 1
        raise TemplateError(f"{name}:{line}: raw is not allowed in a template", hint=HINT)
    return _LINE.sub(_kept_line, source)


_REFUSED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]"
)
_TAG_TEXT = r"""\{%(?:"[^"\n]*"|'[^'\n]*'|[^"'])*?%\}|\{\#.*?\#\}"""
_TAG = re.compile(_TAG_TEXT, re.DOTALL)
_LINE = re.compile(rf"(?=[^\n]*\{{[%#])(?s:(?:{_TAG_TEXT}|[^\n])*)(?:\n|\Z)")
_ANSWERS = re.compile(r"\{%[-+]?\s*(?:end)?answers\b")
_INCLUDE = re.compile(r"\{%[-+]?\s*include\b")
_RAW = re.compile(r"\{%[-+]?\s*raw\b")


def _kept_line(found: re.Match[str]) -> str:
    line = found[0]
    # An include is words: it stands for the text that it brings.
    if not _TAG.sub("", line).strip() and not _INCLUDE.search(line):
        line = "".join(_TAG.findall(line)) + "\n" * line.endswith("\n")
        # What answers a requirement never runs on into what does not: a line stays empty.
        return _keep_end(line) if _ANSWERS.search(line) else line
    words = line.lstrip(" \t")
    if words.startswith(("{%", "{#")) and words[2] not in "+-":
        indent = len(line) - len(words)
        line = f"{line[:indent]}{words[:2]}+{words[2:]}"
    return _keep_end(line)


def _keep_end(line: str) -> str:
    if line.endswith(("%}\n", "#}\n")) and line[-4] not in "+-":
        return f"{line[:-3]}+{line[-3:]}"
    return line


def _text(text: str, line: int) -> nodes.Output:
    return nodes.Output([nodes.TemplateData(text)], lineno=line)


_CONSTRUCTS = {
    "Assign": "set",
    "AssignBlock": "set",
    "Block": "block",
    "Call": "a call",
    "CallBlock": "call",
    "Concat": "joining with '~'",
    "CondExpr": "an inline if",
    "Const": "a constant",
    "Dict": "a mapping",
    "Extends": "extends",
    "FilterBlock": "a filter block",
    "FromImport": "import",
    "Getitem": "an index",
    "Import": "import",
    "List": "a list",
    "Macro": "macro",
    "ScopedEvalContextModifier": "autoescape",
    "Tuple": "a tuple",
    "With": "with",
}


class _Whitelist(NodeTransformer):
    """Refuses every node that it does not know."""

    def __init__(self, template: str) -> None:
        self.includes: list[tuple[str, int]] = []
        self._template = template

    def visit(self, node: nodes.Node, *args: object, **kwargs: object) -> nodes.Node:
        match node:
            case nodes.Template() | nodes.Not() | nodes.And() | nodes.Or():
                return self.generic_visit(node)
            case nodes.If():
                return self._condition(node)
            case nodes.TemplateData():
                return node
            case nodes.Output():
                return self._output(node)
            case nodes.Name():
                return self._name(node)
            case nodes.Getattr():
                return self._attribute(node)
            case nodes.Compare():
                return self._comparison(node)
            case nodes.For():
                return self._loop(node)
            case nodes.Include():
                return self._include(node)
        raise self._refusal(node)

    def _output(self, node: nodes.Output) -> nodes.Node:
        for child in node.nodes:
            if not isinstance(child, nodes.TemplateData | nodes.Name | nodes.Getattr):
                raise self._refusal(child)
        return self.generic_visit(node)

    def _name(self, node: nodes.Name) -> nodes.Node:
        if node.name in {"loop", "self"}:
            raise self._refusal(node, f"the bare name '{node.name}'")
        if node.name.startswith("_"):
            raise self._refusal(node, f"the name '{node.name}'")
        return node

    def _attribute(self, node: nodes.Getattr) -> nodes.Node:
        if node.attr.startswith("_"):
            raise self._refusal(node, f"the name '{node.attr}'")
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            if node.attr not in LOOP_NAMES:
                raise self._refusal(node, f"'loop.{node.attr}'")
            return node
        self._reference(node.node)
        return node

    def _condition(self, node: nodes.If) -> nodes.If:
        test = self.visit(node.test)
        assert isinstance(test, nodes.Expr)
        node.test = self._asked(test)
        node.body = [self.visit(child) for child in node.body]
        node.elif_ = [self._condition(each) for each in node.elif_]
        node.else_ = [self.visit(child) for child in node.else_]
        return node

    def _asked(self, node: nodes.Expr) -> nodes.Expr:
        """Lead each name that a condition asks through the renderer, which notes it."""
        match node:
            case nodes.Not():
                node.node = self._asked(node.node)
            case nodes.And() | nodes.Or():
                node.left, node.right = self._asked(node.left), self._asked(node.right)
            case nodes.Name() | nodes.Getattr() if not _is_of_loop(node):
                return _call("tested", node)
        return node

    def _comparison(self, node: nodes.Compare) -> nodes.Node:
        first = node.ops[0]
        word = first.expr
        if len(node.ops) > 1 or first.op not in {"eq", "ne"}:
            raise self._refusal(node, "a comparison other than == or !=")
        if not isinstance(word, nodes.Const) or not isinstance(word.value, str):
            raise self._refusal(node, "a comparison with anything but a quoted word")
        same = _call("same", self._reference(node.expr), word)
        return same if first.op == "eq" else nodes.Not(same, lineno=node.lineno)

    def _loop(self, node: nodes.For) -> nodes.Node:
        for part, what in (
            (node.recursive, "a recursive for"),
            (node.test, "a for with a condition"),
            (node.else_, "a for with else"),
        ):
            if part:
                raise self._refusal(node, what)
        target = node.target
        names = target.items if isinstance(target, nodes.Tuple) else [target]
        if len(names) > 2 or not all(isinstance(name, nodes.Name) for name in names):
            raise self._refusal(node, "a for with anything but one name or two")
        for name in names:
            self.visit(name)
        count = nodes.Const(len(names), lineno=node.lineno)
        node.iter = _call("walk", self._reference(node.iter), count)
        node.body = [self.visit(child) for child in node.body]
        return node

    def _include(self, node: nodes.Include) -> nodes.Node:
        if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
            raise self._refusal(node, "an include of anything but one quoted name")
        if node.ignore_missing or not node.with_context:
            raise self._refusal(node, "an include with 'ignore missing' or 'without context'")
        self.includes.append((node.template.value, node.lineno))
        return node

    def _reference(self, node: nodes.Node) -> nodes.Expr:
        if not isinstance(node, nodes.Name | nodes.Getattr):
            raise self._refusal(node)
        self.visit(node)
        return node

    def _refusal(self, node: nodes.Node, construct: str = "") -> TemplateError:
        if isinstance(node, nodes.Scope):  # Jinja's wrapping, which has no line
            node = node.body[0]
        return TemplateError(
            f"{self._template}:{node.lineno}: {construct or _construct(node)}"
            " is not allowed in a template",
            hint=HINT,
        )


def _construct(node: nodes.Node) -> str:
    kind = type(node).__name__
    if isinstance(node, nodes.Filter):
        return f"the filter '{node.name}'"
    if isinstance(node, nodes.Test):
        return f"the test 'is {node.name}'"
    if isinstance(node, nodes.BinExpr | nodes.UnaryExpr):
        return f"the operator '{node.operator}'"
    return _CONSTRUCTS.get(kind, f"'{kind.lower()}'")


def _is_of_loop(node: nodes.Name | nodes.Getattr) -> bool:
    return isinstance(node, nodes.Getattr) and getattr(node.node, "name", "") == "loop"


def _call(name: str, reference: nodes.Expr, *constants: nodes.Const) -> nodes.Filter:
    line = reference.lineno
    return nodes.Filter(reference, name, list(constants), [], None, None, lineno=line)
