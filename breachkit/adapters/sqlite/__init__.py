"""The register in one SQLite file, readable by any SQL tool."""

from breachkit.adapters.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
