"""The commands that are compared, run as a person runs them: each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.figure import Side, seconds


def command(name: str, *arguments: str) -> Side:
    """Return one run of a command of this environment, measured by the wall clock.

    Raises FileNotFoundError where the environment does not have it.
    """
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        raise FileNotFoundError(f"{path}; make bench installs what it compares with")

    # Python keeps what it has compiled, wherever it is allowed to: a command is installed once.
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def run() -> None:
        subprocess.run([path, *arguments], check=True, stdout=subprocess.PIPE, env=environment)

    return lambda: seconds(run)
