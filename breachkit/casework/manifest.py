"""What a digest of a notice covers: subject, texts and to whom; and the digest of a set."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from breachkit.casework.desk import Desk
from breachkit.domain.document import Document
from breachkit.domain.entry import Drafted, canonical
from breachkit.domain.listing import left_out_in_words
from breachkit.domain.matter import Version
from breachkit.domain.personal import fields_in


def manifest_of(
    desk: Desk, document: Document, text: str, html: str, scope: str, reader: str
) -> dict[str, Any]:
    """Return what the digest covers: subject, texts and to whom, without anybody's address."""
    partner = desk.rules.partners.get(scope) if reader == "partner" else None
    points = partner.contacts.values() if partner else ()
    mails = sorted({point.email for point in points if point.email and point.for_breaches})
    keyed = hmac.new(desk.store.key(), "\n".join(mails).encode(), "sha256").hexdigest()
    return {
        "subject": document.subject,
        "language": document.language,
        "parts": {
            "text/plain": hashlib.sha256(text.encode()).hexdigest(),
            "text/html": hashlib.sha256(html.encode()).hexdigest(),
        },
        "attachments": {},
        "scope": scope,
        "addressees": {"count": len(mails), "digest": keyed},
    }


def digests_of(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest with its digests; text and addressees have their own."""
    return {
        "manifest": manifest,
        "digest": digest_of(manifest),
        "text_digest": digest_of(
            {key: manifest[key] for key in ("subject", "parts", "attachments")}
        ),
        "addressees_digest": manifest["addressees"]["digest"],
        "tree_kept": "",
    }


def with_list(
    manifest: dict[str, Any], earlier: Version | None, document: Document
) -> dict[str, Any]:
    """Return a manifest with the list that was bound to the version before, where it still serves.

    It does not where the text prints a field of each person's own that the list does not have.
    """
    bound = earlier.drafted.manifest["addressees"] if earlier else {}
    if "list" not in bound or not set(fields_in(document)) <= set(bound["fields"]):
        return manifest
    return {**manifest, "addressees": bound}


def list_flags(manifest: dict[str, Any]) -> list[str]:
    """Return what an approver must not overlook about a list: who was left out of it."""
    bound = manifest["addressees"]
    if not bound.get("lines_left_out"):
        return []
    number = bound["lines_left_out"]
    lines = "line of the list was" if number == 1 else "lines of the list were"
    return [f"{number:,} {lines} left out: {left_out_in_words(bound['left_out'])}"[:200]]


def set_digest(notices: Iterable[Drafted]) -> str:
    """Return the digest by which a set of notices is reviewed and approved at once."""
    pairs = sorted([one.notice, str(one.version), one.digest] for one in notices)
    return hashlib.sha256(canonical(pairs)).hexdigest()


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a value in its one form of bytes, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
