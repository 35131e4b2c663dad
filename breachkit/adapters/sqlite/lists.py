"""How a list of recipients is kept: streamed into its rows, and let go of."""

import json
import sqlite3
from collections.abc import Iterable, Iterator

from breachkit.domain.outbound import BoundList
from breachkit.domain.recipient import ListDigest, Recipient, digest_of_address
from breachkit.errors import ChangedMeanwhileError

_ADD_LIST = "INSERT INTO lists VALUES (NULL, ?, ?, ?, ?, ?, ?, '')"
_ADD_RECIPIENT = "INSERT INTO recipients VALUES (?, ?, ?, ?, ?, ?, ?)"
_ERASE = """UPDATE recipients SET address = '', name = '', fields = '{}'
    WHERE list = (SELECT list FROM lists WHERE list_id = ?)"""
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def keep(database: sqlite3.Connection, bound: BoundList, recipients: Iterable[Recipient]) -> None:
    """Stream a list's recipients into their rows, inside the transaction that is open.

    Raises `ChangedMeanwhileError` when they are not those that the list announces: whoever counted
    them read the source once before, and it may have changed.
    """
    (key,) = database.execute("SELECT key FROM secret").fetchone()
    digest = ListDigest(key)

    def rows(number: int | None) -> Iterator[tuple[object, ...]]:
        for one in recipients:
            digest.add(one)
            fields = _encode(dict(one.fields)) if one.fields else "{}"
            proof = bytes.fromhex(digest_of_address(key, one.address))
            yield (number, digest.count, one.address, one.language, one.name, fields, proof)

    added = database.execute(_ADD_LIST, bound[:6])
    database.executemany(_ADD_RECIPIENT, rows(added.lastrowid))
    if (digest.count, digest.hexdigest()) != (bound.size, bound.digest):
        raise ChangedMeanwhileError(
            f"{bound.list_id}: {digest.count} recipients came, and they are not the {bound.size}"
            " that were announced",
            hint="run the same command again",
        )


def forget(database: sqlite3.Connection, list_id: str) -> None:
    """Remove a list with its rows."""
    mine = "DELETE FROM recipients WHERE list = (SELECT list FROM lists WHERE list_id = ?)"
    database.execute(mine, (list_id,))
    database.execute("DELETE FROM lists WHERE list_id = ?", (list_id,))


def erase(database: sqlite3.Connection, list_id: str, now: str) -> None:
    """Erase the addresses, names and fields of a list; their number and proofs remain."""
    database.execute(_ERASE, (list_id,))
    query = "UPDATE lists SET erased_at = ? WHERE list_id = ? AND erased_at = ''"
    database.execute(query, (now, list_id))
