"""Law, settings, partners and templates as part of the record: adopted with the next step written."""

from breachkit.casework.desk import Desk, keep, line_of, log_commit, stamp_now
from breachkit.casework.projection import refresh_all
from breachkit.domain.entry import WORKSPACE, LawAdopted
from breachkit.domain.line import Change, Kept, MatterRow
from breachkit.domain.people import Actor, Identity


def adopt(desk: Desk) -> None:
    """Record the texts that count from now on, if they differ from those recorded last.

    What every open matter shows is recomputed first, so that a crash in between is made good by the
    next step, and no deadline moves silently.
    """
    if not desk.adopted:
        rows = desk.store.matters(WORKSPACE)
        desk.adopted = rows[0].reference if rows else ""
    if desk.adopted == desk.rules.digest:
        return
    if desk.adopted:
        refresh_all(desk)
    lines = desk.store.read(WORKSPACE)
    last = lines[-1] if lines else None
    before = _texts_of(last.body) if last and last.kind == LawAdopted.kind else {}
    texts, kept = _kept_texts(desk, before)
    entry = LawAdopted(
        by=Actor(name="breachkit", identity=Identity.LOGIN, listed=False),
        digest=desk.rules.digest,
        texts_kept=texts,
        changed=sorted(
            name for name in texts.keys() | before.keys() if texts.get(name) != before.get(name)
        ),
    )
    now = stamp_now(desk.now())
    change = Change(
        now=now,
        lines=(line_of(WORKSPACE, len(lines) + 1, entry),),
        kept=kept,
        # The workspace is a matter of its own; its row carries the digest that counts now.
        matters=(MatterRow(WORKSPACE, "workspace", WORKSPACE, entry.digest, now, ""),),
    )
    log_commit(desk, change, desk.store.commit(change), 0)
    desk.adopted = desk.rules.digest


def _kept_texts(desk: Desk, before: dict[str, str]) -> tuple[dict[str, str], tuple[Kept, ...]]:
    """Return each text's digest, and those that have to be kept because they are new."""
    texts: dict[str, str] = {}
    kept: list[Kept] = []
    for name, raw in desk.rules.texts():
        text = raw.decode("utf-8", "replace")
        old = desk.store.kept(bytes.fromhex(before[name])) if name in before else None
        if old is not None and old.text == text.encode():
            texts[name] = before[name]
            continue
        one = keep(desk, text)
        texts[name] = one.digest.hex()
        kept.append(one)
    return texts, tuple(kept)


def _texts_of(body: bytes | None) -> dict[str, str]:
    return LawAdopted.model_validate_json(body).texts_kept if body else {}
