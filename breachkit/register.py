"""The proof that the register is what was written: unchanged, in its order and complete."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from breachkit.domain.line import (
    GENESIS,
    MATTER_ERASED,
    SCHEME,
    Head,
    Line,
    chain_of,
    commitment_of,
)
from breachkit.errors import BadInputError
from breachkit.ports import Store


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the register does not fit its proof."""

    seq: int
    """The entry; 0 where no entry can be named, as with a kept text."""
    matter: str
    """Empty where it cannot be known."""
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and everything that did not fit."""

    entries: int
    kept: int
    """Texts kept beside the register whose digests were checked."""
    erased: int
    """Entries whose body is gone; their place in the chain was checked all the same."""
    faults: tuple[Fault, ...]
    head: Head
    """Note it elsewhere, to compare with it later."""
    trusted_against_note: bool
    """A head noted elsewhere was found in the chain and nothing is faulty. When False, a register
    that was rewritten from some entry on, or truncated, cannot be told from a true one."""


def parse_head(text: str) -> Head:
    """Read a head as it was printed, `SEQ:HASH`; its time is not known and stays empty."""
    seq, colon, digest = text.strip().partition(":")
    number = int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 19 else -1
    try:
        chain = bytes.fromhex(digest)
    except ValueError:
        chain = b""
    if not colon or number < 0 or len(chain) != len(GENESIS) or len(digest) != 2 * len(chain):
        raise BadInputError(
            f"{text[:100]!r} is not a head: expected SEQ:HASH, a number and 64 hexadecimal digits",
            hint="breachkit register verify",
        )
    return Head(number, "", chain)


def verify(
    store: Store, noted: Head | None = None, *, progress: Callable[[int], None] | None = None
) -> Verification:
    """Check every entry, every link and every kept text against their digests.

    `noted` is a head that was written down elsewhere: only it can show that the end of the register
    was cut off or rewritten. `progress` is told the number of entries so far, now and then.
    """
    return _verified(store, noted, progress, whole=False)


def verify_whole(
    store: Store, noted: Head | None = None, *, progress: Callable[[int], None] | None = None
) -> Verification:
    """Verify as `verify` does, and find in the same pass the texts that are named and gone."""
    return _verified(store, noted, progress, whole=True)


def missing_texts(store: Store) -> Iterator[Fault]:
    """Find the texts that an entry names but that are not kept any more.

    Apart from `verify`, because it has to read the bodies: a digest stands, alone or in a list,
    under a name that ends in `_kept`, at any depth.
    """
    gone: list[Fault] = []
    for _ in _watched(store.lines(), store, gone):
        pass
    return iter(gone)


def _verified(
    store: Store, noted: Head | None, progress: Callable[[int], None] | None, *, whole: bool
) -> Verification:
    proof = _Proof()
    gone: list[Fault] = []
    with store.snapshot():
        head = store.head()
        lines = _watched(store.lines(), store, gone) if whole else store.lines()
        last, noted_chain = _follow(lines, proof, noted.seq if noted else -1, progress)
        if head != last:
            proof.say(head.seq, "", f"the head row does not fit the last entry, {last.seq}")
        for seq, matter in _unexplained(store, proof.erased):
            proof.say(seq, matter, "its body is missing and no erasure is recorded")
        kept = _check_kept(store, proof)
    if noted is not None and noted_chain != noted.chain:
        proof.say(noted.seq, "", f"truncated or rewritten since {noted} was noted")
    faults = (*proof.faults, *gone)
    return Verification(
        entries=proof.entries,
        kept=kept,
        erased=len(proof.erased),
        faults=faults,
        head=head,
        trusted_against_note=noted is not None and not faults,
    )


def _watched(lines: Iterable[Line], store: Store, gone: list[Fault]) -> Iterator[Line]:
    """Pass lines on, noting the texts that they name and that are gone."""
    present: dict[str, bool] = {}
    for line in lines:
        # Names in canonical JSON are written plainly, so that most bodies need no parsing.
        if isinstance(line.body, bytes) and b'_kept"' in line.body:
            gone.extend(_missing_in(line.seq, line.matter, line.body, store, present))
        yield line


def _missing_in(
    seq: int, matter: str, body: bytes, store: Store, present: dict[str, bool]
) -> Iterator[Fault]:
    try:
        digests = list(_kept_in(json.loads(body)))
    except (ValueError, RecursionError):
        yield Fault(seq, matter, "its body cannot be read")
        return
    for digest in digests:
        if digest not in present:
            present[digest] = _is_kept(store, digest)
        if not present[digest]:
            yield Fault(seq, matter, f"it names the text {digest}, which is missing")


class _Proof:
    """What has been found so far, and the closer look at an entry that does not fit."""

    def __init__(self) -> None:
        self.entries = 0
        self.faults: list[Fault] = []
        self.erased: list[tuple[int, str]] = []
        self._recomputed = (0, b"")

    def say(self, seq: int, matter: str, what: str) -> None:
        """Take down a fault."""
        self.faults.append(Fault(seq, matter, what))

    def examine(
        self, line: Line, before: Head, after_gap: bool, version: int
    ) -> tuple[str, int, bytes]:
        """Say everything that is wrong with an entry; an erased one may have nothing wrong.

        Return its time, version and link for the next entry to follow, whatever they hold.
        """
        if after_gap:
            self._say_missing(before.seq + 1, line.seq - 1)
        chain = line.chain if isinstance(line.chain, bytes) else b""
        if not _is_readable(line):
            self.say(line.seq, str(line.matter), "its columns do not hold what they should")
            return before.at, version + 1, chain
        if not self._body_fits(line):
            self.say(line.seq, line.matter, "its body was changed")
        if not (after_gap or self._link_fits(line, before)):
            self.say(line.seq, line.matter, _LINK_BROKEN)
        if line.version != version + 1:
            what = f"its version {line.version} does not follow version {version}"
            self.say(line.seq, line.matter, what)
        if line.at < before.at:
            self.say(line.seq, line.matter, "it was recorded before the entry above it")
        return line.at, line.version, chain

    def _say_missing(self, first: int, last: int) -> None:
        if first == last:
            self.say(first, "", f"entry {first} is missing")
        elif first < last:
            self.say(first, "", f"entries {first} to {last} are missing")

    def _body_fits(self, line: Line) -> bool:
        if line.body is None:
            self.erased.append((line.seq, line.matter))
            return line.salt is None
        return line.salt is not None and commitment_of(line.salt, line.body) == line.commitment

    def _link_fits(self, line: Line, before: Head) -> bool:
        rest = (line.seq, line.matter, line.version, line.kind, line.at, line.commitment)
        link = chain_of(before.chain, *rest)
        if link == line.chain:
            return True
        # Where only the link itself was changed, the next entry still fits the true one: one fault.
        seq, true_link = self._recomputed
        self._recomputed = (line.seq, link)
        return seq == line.seq - 1 and chain_of(true_link, *rest) == line.chain


def _is_readable(line: Line) -> bool:
    """Say whether the columns hold what was written; SQL tools can put anything anywhere."""
    values = (line.matter, line.version, line.kind, line.at, line.commitment, line.body, line.salt)
    types = (str, int, str, str, bytes, bytes | None, bytes | None)
    if not all(isinstance(value, kind) for value, kind in zip(values, types, strict=True)):
        return False
    try:
        # Bytes that are no UTF-8 were read as surrogates, which cannot be encoded.
        (line.matter + line.kind + line.at).encode()
    except UnicodeEncodeError:
        return False
    return True


_LINK_BROKEN = "its envelope was changed, or entries before it changed, moved or came in"
_LENGTHS = tuple(length.to_bytes(4, "big") for length in range(32))


def _follow(
    lines: Iterable[Line], proof: _Proof, noted_seq: int, progress: Callable[[int], None] | None
) -> tuple[Head, bytes]:
    """Walk along the chain; return its last link, and the link of the noted entry.

    The loop runs once an entry over the whole register, so it computes the link inline, with the
    parts that repeat encoded once. The tests hold it to `chain_of`; what does not fit is looked at
    again with the definitions themselves.
    """
    seq, at, previous = 0, "", GENESIS
    noted_chain = GENESIS if noted_seq == 0 else b""
    versions: dict[str, int] = {}
    encoded: dict[str, bytes] = {}
    count, lengths = 0, _LENGTHS
    for count, line in enumerate(lines, 1):
        this, matter, version, body = line.seq, line.matter, line.version, line.body
        time, commitment, chain = line.at, line.commitment, line.chain
        try:
            whose = encoded.get(matter) or _encode_once(encoded, matter)
            kind = encoded.get(line.kind) or _encode_once(encoded, line.kind)
            number, edition, when = b"%d" % this, b"%d" % version, time.encode()
            head = (SCHEME, previous, lengths[len(number)], number, whose, lengths[len(edition)])
            tail = (edition, kind, lengths[len(when)], when, commitment)
            fits = (
                this == seq + 1
                and sha256(b"".join(head + tail)).digest() == chain
                and body is not None
                and sha256((line.salt or b"") + body).digest() == commitment
                and versions.get(matter, 0) + 1 == version
                and time >= at
            )
        except (TypeError, ValueError, AttributeError, LookupError):
            fits = False
        if not fits:
            known = versions.get(matter, 0)
            before = Head(seq, at, previous)
            time, version, chain = proof.examine(line, before, this != seq + 1, known)
        seq, at, previous, versions[matter] = this, time, chain, version
        if this == noted_seq:
            noted_chain = chain
        if progress and not count & 0xFFF:
            progress(count)
    proof.entries = count
    return Head(seq, at, previous), noted_chain


def _encode_once(encoded: dict[str, bytes], text: str) -> bytes:
    raw = text.encode()
    encoded[text] = len(raw).to_bytes(4, "big") + raw
    return encoded[text]


def _unexplained(store: Store, erased: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Sort out the bodies that are missing without a later entry that records their erasure."""
    recorded: dict[str, int] = {}
    for seq, matter in erased:
        if matter not in recorded:
            kinds = [(line.kind.partition("/")[0], line) for line in store.read(matter)]
            written = [line.seq for name, line in kinds if name == MATTER_ERASED and line.body]
            recorded[matter] = max(written, default=0)
        if seq > recorded[matter]:
            yield seq, matter


def _kept_in(value: object) -> Iterator[str]:
    """Find the digests under names that end in `_kept`."""
    # The flag says whether the value stands under such a name.
    waiting: list[tuple[object, bool]] = [(value, False)]
    while waiting:
        value, named = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((part, named or name.endswith("_kept")) for name, part in value.items())
        elif isinstance(value, list):
            waiting.extend((part, named) for part in value)
        elif isinstance(value, str) and named:
            yield value


def _is_kept(store: Store, digest: str) -> bool:
    try:
        return store.kept(bytes.fromhex(digest)) is not None
    except ValueError:
        return False


def _check_kept(store: Store, proof: _Proof) -> int:
    count = 0
    for text in store.kept_digests():
        count += 1
        try:
            fits = commitment_of(text.salt, text.text) == text.digest
        except TypeError:
            fits = False
        if not fits:
            name = text.digest.hex() if isinstance(text.digest, bytes) else repr(text.digest)
            proof.say(0, "", f"the kept text {name} no longer fits its digest")
    return count
