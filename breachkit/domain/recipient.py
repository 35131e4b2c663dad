"""One recipient: an address that stays what it is, a language, a name and fields of its own."""

import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from functools import lru_cache
from hashlib import sha256

from breachkit.domain.text import check_line

MAX_ADDRESS = 254
"""Octets of an address in an envelope: RFC 5321, 4.5.3.1.3, without the angle brackets."""
MAX_LOCAL = 64
"""Octets of its part before the @ (RFC 5321, 4.5.3.1.1)."""
MAX_FIELD = 500
"""Characters of a name or another field of one person."""

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_PLAIN = re.compile(r"[a-zA-Z0-9._+-]+@[a-z0-9.-]+")
"""What nearly all addresses are: dots between letters and digits survive any parsing, which costs most
of the price of the check."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom one message is for."""

    address: str
    """As `check_address` returned it."""
    language: str = ""
    """BCP 47 tag; empty where nobody said."""
    name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What the text says to this person alone, by the names that its template declares."""


def check_address(text: str) -> str:
    """Return an address as it goes into an envelope: its domain lower-case and in ASCII (IDNA).

    Raises ValueError with the reason. An address that would not survive being parsed unchanged is
    refused, because a mail library would send it somewhere else without a word.
    """
    address = unicodedata.normalize("NFC", text.strip())
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("is not an address: it needs a name, an @ and a domain")
    if text.strip().startswith(_FORMULA):
        raise ValueError("starts with a character that a spreadsheet takes for a formula")
    if not _LOCAL.fullmatch(local):
        raise ValueError("has characters before the @ that no single address has")
    whole = f"{local}@{_ascii_domain(domain)}"
    if len(local.encode()) > MAX_LOCAL or len(whole.encode()) > MAX_ADDRESS:
        raise ValueError("is longer than an address can be")
    if not _PLAIN.fullmatch(whole) and parseaddr(whole) != ("", whole):
        raise ValueError("would be sent somewhere else: it does not survive being parsed")
    return whole


def check_field(text: str) -> str:
    """Return a name or field of one person; ValueError where it is unsafe in a text or a spreadsheet."""
    value = unicodedata.normalize("NFC", text.strip())
    if len(value) > MAX_FIELD:
        raise ValueError(f"has {len(value)} characters, at most {MAX_FIELD}")
    if text.startswith(_FORMULA):
        raise ValueError("starts with a character that a spreadsheet takes for a formula")
    return check_line(value)


def check_language(text: str) -> str:
    """Return a language tag with its language in small letters; ValueError for what is none."""
    tag = text.strip().replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError("is no language, such as en or pt-BR")
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *rest])


def is_ascii(address: str) -> bool:
    """Tell whether an address goes through servers that do not know SMTPUTF8 (RFC 6531)."""
    return address.isascii()


class ListDigest:
    """The keyed digest of a list of recipients, fed one by one in their order.

    Keyed with the workspace's secret: without it, an address could be found by trying addresses.
    """

    def __init__(self, key: bytes) -> None:
        self._whole = hmac.new(key, b"breachkit recipients 1", sha256)
        self.count = 0

    def add(self, recipient: Recipient) -> None:
        """Take one more recipient."""
        for part in _parts(recipient):
            raw = part.encode()
            self._whole.update(len(raw).to_bytes(4, "big") + raw)
        self.count += 1

    def hexdigest(self) -> str:
        """Return the digest of all that were added."""
        whole = self._whole.copy()
        whole.update(self.count.to_bytes(8, "big"))
        return whole.hexdigest()


def digest_of_address(key: bytes, address: str) -> str:
    """Return the keyed digest that stands for one address once the address itself is erased."""
    return hmac.new(key, b"breachkit address 1" + address.casefold().encode(), sha256).hexdigest()


def digest_of_list(key: bytes, recipients: Iterable[Recipient]) -> tuple[int, str]:
    """Return how many recipients there are, and the keyed digest of all of them."""
    digest = ListDigest(key)
    for one in recipients:
        digest.add(one)
    return digest.count, digest.hexdigest()


def _parts(recipient: Recipient) -> Iterable[str]:
    yield from (recipient.address, recipient.language, recipient.name)
    for name in sorted(recipient.fields):
        yield from (name, recipient.fields[name])
    yield ""


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    try:
        known = domain.rstrip(".").encode("idna").decode().lower()
    except UnicodeError as error:
        raise ValueError(f"has a domain that cannot be written: {error}") from error
    labels = known.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("has no domain that mail can be sent to")
    return known
