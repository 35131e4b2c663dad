"""What a digest of a notice covers: subject, texts and to whom; and the digest of a set."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from breachkit.casework.desk import Desk
from breachkit.domain.document import Document
from breachkit.domain.entry import Drafted, canonical


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


def set_digest(notices: Iterable[Drafted]) -> str:
    """Return the digest by which a set of notices is reviewed and approved at once."""
    pairs = sorted([one.notice, str(one.version), one.digest] for one in notices)
    return hashlib.sha256(canonical(pairs)).hexdigest()


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a value in its one form of bytes, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
