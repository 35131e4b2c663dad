"""The command line: `breachkit NOUN VERB`. A static table of commands; each is imported when called."""

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breachkit import __version__
from breachkit.cli.base import check_name
from breachkit.cli.output import fail

if TYPE_CHECKING:
    from breachkit.ports import Clock

COMMANDS: dict[str, tuple[str, str]] = {
    "status": ("status", "What is due, whose it is, and the next command. The home at 3 a.m."),
    "init": ("workspace", "Lay out a new workspace."),
    "demo": ("demo", "Try it on a real incident, in a workspace to play in."),
    "incident": ("incident", "Open, amend, show, check, merge, close and list incidents."),
    "notice": ("notice", "Draft, read, review, approve and record notices."),
    "outbox": ("outbox", "Send what is queued, and see to what did not arrive."),
    "delivery": ("reached", "Prove whom a notice reached."),
    "contact": ("contact", "Record calls and questions."),
    "risk": ("risk", "Weigh the risk: two legal tests, the ENISA score, what is unknown."),
    "decision": ("decision", "Record decisions with their reasons."),
    "deadline": ("deadline", "List deadlines and explain them step by step."),
    "authority": ("authority", "Show the supervisory authorities, and which is competent."),
    "law": ("law", "Show the instruments and obligations that count."),
    "playbook": ("playbook", "Show how a breach is worked, step by step."),
    "partners": ("partners", "Exchange the partner matrix as CSV."),
    "register": ("register", "Show the head of the register and verify its chain."),
    "workspace": ("workspace", "Check what would fail at night."),
    "schema": ("schema", "Print the JSON Schema of an incident's facts."),
}
"""Name of each command, the module that holds it, and its line in `--help`."""

EPILOG = """\b
Example:
  breachkit init psirt && cd psirt
  breachkit incident open --title "Footage shown to strangers" \\
      --discovered-at "02:10 Europe/Berlin" --partner acme
  breachkit status

Exit status: 0 done, 1 failed, 2 usage, 3 refused by a rule, 4 not trusted,
5 duties due within the asked time, 75 try again later.
Shell completion: eval "$(_BREACHKIT_COMPLETE=bash_source breachkit)"
"""


class Table(click.Group):
    """A group that knows its commands by name, and imports one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"breachkit.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called, or fail naming the nearest one."""
        check_name(ctx, args, COMMANDS)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Table,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="breachkit")
@click.option("-C", "--workspace", metavar="FOLDER", help="The workspace, for any command.")
@click.pass_context
def breachkit(context: click.Context, workspace: str | None) -> None:
    """From the first alert of a personal data breach to notices that can be proven.

    Commands look for a workspace in -C FOLDER, in BREACHKIT_WORKSPACE, then here and upwards.
    """
    context.obj = {**(context.obj or {}), "workspace": Path(workspace) if workspace else None}


def main() -> None:
    """Run the command line and exit."""
    # A command lives for moments: collecting cycles among thousands of rows would cost more.
    gc.disable()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], *, clock: "Clock | None" = None) -> int:
    """Run one command and return its exit status; `clock` is for tests."""
    try:
        answer: Any = breachkit.main(
            list(arguments), prog_name="breachkit", standalone_mode=False, obj={"clock": clock}
        )
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except BrokenPipeError:
        # The reader has gone, as with `| head`; nothing more can be said to it.
        sys.stderr.close()
        return 0
    except Exception as error:  # every way out is told in the same voice
        return fail(error)
    except KeyboardInterrupt:
        return 130
    return int(answer or 0)
