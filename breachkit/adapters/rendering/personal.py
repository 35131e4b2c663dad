"""The tag `{% recipient name, device %}`: the fields of each person's own that a text may print."""

from collections.abc import Iterable, Iterator

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from breachkit.domain.document import Printed
from breachkit.domain.personal import FIELD_NAME, RESERVED, printed_field
from breachkit.errors import TemplateError

VIEW = "recipient"
"""Under which name a template that declares fields finds them."""


class Personal(Extension):
    """The tag that declares fields; it prints nothing itself."""

    tags = {VIEW}  # noqa: RUF012  (declared so by Jinja)

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._declared: dict[str, dict[str, None]] = {}
        self._used: dict[str, list[tuple[str, int]]] = {}

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Read the tag, and leave nothing of it in the text."""
        line = next(parser.stream).lineno
        names = self._declared.setdefault(str(parser.name), {})
        while True:
            name = parser.stream.expect("name").value
            if not FIELD_NAME.fullmatch(name):
                parser.fail(f"recipient declares {name!r}, which is no name of a field", line)
            if name in RESERVED:
                parser.fail(f"recipient declares {name!r}, which no text prints", line)
            names[name] = None
            if not parser.stream.skip_if("comma"):
                return []

    def note(self, tree: nodes.Template, name: str) -> None:
        """Note where a template prints fields.

        TemplateError where it asks for one in an `if` or a `for`: one text is approved for everybody.
        """
        printed = {id(one) for output in tree.find_all(nodes.Output) for one in output.nodes}
        found = list(_fields(tree))
        for one in found:
            if id(one) not in printed:
                raise TemplateError(
                    f"{name}:{one.lineno}: recipient.{one.attr} can be printed, and not asked for",
                    hint="everybody gets the one text that is approved; print the field as it is",
                )
        self._used[name] = [(one.attr, one.lineno) for one in found]

    def fields(self, main: str, whole: Iterable[str]) -> dict[str, Printed]:
        """Return the fields that a template declares with all that it includes, as a text shows them.

        TemplateError for one that is printed and not declared.
        """
        every = sorted(whole)
        declared = {field: None for each in every for field in self._declared.get(each, ())}
        for each in every:
            for field, line in self._used[each]:
                if field not in declared:
                    known = ", ".join([*declared, field])
                    raise TemplateError(
                        f"{each}:{line}: recipient.{field} is not declared",
                        hint=f"at the top of {main}: {{% recipient {known} %}}",
                    )
        return {field: printed_field(field) for field in declared}


def _fields(tree: nodes.Template) -> Iterator[nodes.Getattr]:
    for one in tree.find_all(nodes.Getattr):
        if isinstance(one.node, nodes.Name) and one.node.name == VIEW:
            yield one
