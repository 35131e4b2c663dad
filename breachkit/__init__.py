"""From the first alert of a personal data breach to notices that can be proven.

    import breachkit

    with breachkit.open_workspace("psirt/") as kit:
        incident = kit.open_incident({"title": "Footage shown to strangers"}, reference="PD-4711")
        for notice in kit.draft(incident.id):
            print(notice.subject, notice.digest)

Importing it costs nothing: what a name stands for is imported when it is first used.
"""

# Type checkers take the name for true wherever it stands; importing `typing` would cost most of it.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from breachkit.app import Breachkit, create_workspace, open_workspace
    from breachkit.errors import (
        BadInputError,
        BreachkitError,
        ChangedMeanwhileError,
        FactError,
        LawError,
        MissingWorkspaceError,
        NewerWorkspaceError,
        NotTrustedError,
        RefusedError,
        StoreBusyError,
        StoreError,
        StoreFullError,
        TemplateError,
        UnknownNameError,
        WorkspaceError,
    )

__version__ = "0.1.0"

__all__ = [
    "BadInputError",
    "Breachkit",
    "BreachkitError",
    "ChangedMeanwhileError",
    "FactError",
    "LawError",
    "MissingWorkspaceError",
    "NewerWorkspaceError",
    "NotTrustedError",
    "RefusedError",
    "StoreBusyError",
    "StoreError",
    "StoreFullError",
    "TemplateError",
    "UnknownNameError",
    "WorkspaceError",
    "create_workspace",
    "open_workspace",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module 'breachkit' has no attribute {name!r}")
        from importlib import import_module

        module = "breachkit.errors" if name.endswith("Error") else "breachkit.app"
        return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
