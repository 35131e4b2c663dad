"""Every error of breachkit, in one tree.

    BreachkitError
    ├── BadInputError             what was given cannot be read (exit 2)
    │   ├── FactError             a fact has the wrong shape; names its path and value
    │   └── UnknownNameError      no such incident, notice, partner, person, instrument
    ├── RefusedError              a rule says no (exit 3)
    ├── NotTrustedError           the register or a kept text does not fit its proof (exit 4)
    ├── WorkspaceError            the folder, its settings or its files (exit 1)
    │   ├── MissingWorkspaceError
    │   └── NewerWorkspaceError   written by a newer breachkit
    ├── LawError                  a law file that is not understood; names file and place (exit 1)
    ├── TemplateError             a template that may not be used (exit 1)
    ├── StoreError                the register cannot be read or written (exit 1)
    │   ├── StoreFullError
    │   └── StoreBusyError        somebody else holds it for too long (exit 75)
    └── ChangedMeanwhileError     somebody committed first; the step is tried again (exit 75)

The message holds the values, `hint` the next command. Nothing here prints or exits.
"""


class BreachkitError(Exception):
    """Anything that breachkit foresees going wrong."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInputError(BreachkitError):
    """Input that cannot be read as what it should be."""

    exit_status = 2


class FactError(BadInputError):
    """A fact with the wrong shape, by its path."""

    def __init__(self, path: str, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{path}: {reason}" if path else reason, hint=hint)
        self.path = path


class UnknownNameError(BadInputError):
    """A name that the workspace does not know."""


class RefusedError(BreachkitError):
    """One of our own acts that a rule does not allow."""

    exit_status = 3


class NotTrustedError(BreachkitError):
    """A register or a text that does not fit its proof."""

    exit_status = 4


class WorkspaceError(BreachkitError):
    """A workspace that cannot be used as it is."""


class MissingWorkspaceError(WorkspaceError):
    """No workspace where one was looked for."""


class NewerWorkspaceError(WorkspaceError):
    """A workspace or an entry written by a newer breachkit."""


class LawError(BreachkitError):
    """A law file that is not understood."""


class TemplateError(BreachkitError):
    """A template that is broken, or does what a template may not do."""


class StoreError(BreachkitError):
    """A register that cannot be read or written."""


class StoreFullError(StoreError):
    """No room left to append to the register."""


class StoreBusyError(StoreError):
    """Another process holds the register for too long."""

    exit_status = 75


class ChangedMeanwhileError(BreachkitError):
    """Another process appended to the same matter first."""

    exit_status = 75
