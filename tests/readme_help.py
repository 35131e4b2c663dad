"""Hold the README against the program: every command it shows exists, and every command is shown.

`python -m tests.readme_help --check` ends with status 1 and says what differs.
"""

import re
import sys
from pathlib import Path

import click

from breachkit.cli import COMMANDS, breachkit

README = Path(__file__).resolve().parents[1] / "README.md"


def commands() -> dict[str, click.Command]:
    """Return every command by its words, such as `incident open`."""
    found: dict[str, click.Command] = {}
    with click.Context(breachkit) as context:
        for name in COMMANDS:
            command = breachkit.get_command(context, name)
            assert command is not None
            if isinstance(command, click.Group):
                found |= {f"{name} {verb}": one for verb, one in command.commands.items()}
            else:
                found[name] = command
    return found


def differences(text: str) -> list[str]:
    """Return what the README shows that does not exist, and what exists that it does not show."""
    known = commands()
    code = "\n".join(re.findall(r"^```.*?^```|`[^`\n]+`", text, re.M | re.S))
    shown = set(re.findall(r"breachkit ((?:[a-z][a-z-]+)(?: [a-z][a-z-]+)?)", code))
    listed = {" ".join(words.split()) for words in re.findall(r"^\| `([a-z -]+)`", text, re.M)}
    wrong = [
        f"the README shows `breachkit {words}`, which does not exist"
        for words in sorted(shown)
        if words not in known and words.split()[0] not in known and words not in COMMANDS
    ]
    wrong += [f"the README does not list `{words}`" for words in sorted(known.keys() - listed)]
    wrong += [
        f"the README lists `{words}`, which does not exist" for words in listed - known.keys()
    ]
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", code))
    real = {option for one in known.values() for each in one.params for option in each.opts}
    wrong += [
        f"the README shows {option}, which no command takes"
        for option in sorted(options - real - {"--help", "--version"})
    ]
    return wrong


def main() -> int:
    """Print what differs."""
    found = differences(README.read_text("utf-8"))
    print("\n".join(found) or "the README and --help agree")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
