"""What every verb has in common: the workspace, who acts, JSON, and how answers are printed."""

from collections.abc import Callable, Iterable
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breachkit.cli.output import Answer, emit, harmless

if TYPE_CHECKING:
    from breachkit.app import Breachkit


class Session:
    """One call of one command."""

    def __init__(self, context: click.Context, workspace: Path | None, act_as: str | None) -> None:
        self.context = context
        self.workspace = workspace or (context.obj or {}).get("workspace")
        self._act_as = act_as
        self._kit: Breachkit | None = None

    @property
    def clock(self) -> Any:
        """The clock that tests set; None for the machine's."""
        return (self.context.obj or {}).get("clock")

    @property
    def kit(self) -> "Breachkit":
        """The workspace, opened when it is first needed."""
        if self._kit is None:
            from breachkit.app import open_workspace

            kit = open_workspace(self.workspace, clock=self.clock, act_as=self._act_as)
            self._kit = kit
            self.context.call_on_close(self._close)
        return self._kit

    def _close(self) -> None:
        """Let go of the workspace; say once where steps are in the register, but not in the log."""
        if self._kit and self._kit.log_trouble:
            trouble = f"{self._kit.log_trouble}; the register has every step all the same"
            click.echo(f"breachkit: warning: {harmless(trouble)}", err=True)
        if self._kit:
            self._kit.close()


class Noun(click.Group):
    """A group of verbs that names the nearest one for a slip of the finger."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb that is called, or fail naming the nearest one."""
        check_name(ctx, args, self.commands)
        return super().resolve_command(ctx, args)


def check_name(ctx: click.Context, args: list[str], known: Iterable[str]) -> None:
    """Refuse a command that does not exist; UsageError names the nearest."""
    if args and args[0] not in known and not args[0].startswith("-"):
        import difflib

        near = difflib.get_close_matches(args[0], known, n=1)
        raise click.UsageError(
            f"no command {args[0]!r}" + (f"; did you mean {near[0]}?" if near else ""), ctx
        )


def noun(name: str, text: str) -> click.Group:
    """Return the group of a noun."""
    return Noun(name, help=text)


def receipt(session: Session, *commands: str) -> list[str]:
    """Return what ends every write: the register's new head, and the commands that come next."""
    return [f"head: {session.kit.head()}", *(f"next: {command}" for command in commands)]


def command(*words: str) -> str:
    """Return a command line of breachkit that a shell takes as it stands, every word quoted."""
    import shlex

    return shlex.join(("breachkit", *words))


def verb(
    group: click.Group | None, name: str, *, example: str, act: bool = False
) -> Callable[[Callable[..., Answer]], click.Command]:
    """Make a function a verb of a noun, or a command of its own.

    The function takes a `Session` and its own options, and returns an `Answer`. `example` ends its
    help; `act` adds `--as` for verbs that write.
    """

    def decorate(function: Callable[..., Answer]) -> click.Command:
        def call(
            workspace: Path | None, as_json: bool, act_as: str | None = None, **options: Any
        ) -> int:
            session = Session(click.get_current_context(), workspace, act_as)
            return emit(function(session, **options), as_json=as_json)

        update_wrapper(call, function)
        wrapped = _common(call, act)
        made = click.command(name, epilog=f"\b\nExample:\n  {example}")(wrapped)
        if group is not None:
            group.add_command(made)
        return made

    return decorate


def _common(function: Callable[..., Any], act: bool) -> Callable[..., Any]:
    if act:
        function = click.option(
            "--as", "act_as", metavar="NAME", help="Who acts; else BREACHKIT_AS, else your login."
        )(function)
    function = click.option("--json", "as_json", is_flag=True, help="One JSON document.")(function)
    return click.option(
        "-C",
        "--workspace",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="The workspace; else BREACHKIT_WORKSPACE, else here and upwards.",
    )(function)
