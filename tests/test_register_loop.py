"""The loop of the proof computes what the definitions say, at any length and beside a writer."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.line import Change, NewLine
from breachkit.register import verify

NOW = "2026-11-20T16:40:00.000000Z"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300),
            st.binary(max_size=100),
            st.sampled_from([NOW, NOW.replace("2026", "2031"), "9" * 40]),
        ),
        max_size=12,
    )
)
def test_the_loop_computes_the_links_of_the_definition(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, bytes, str]]
) -> None:
    with SqliteStore.create(tmp_path_factory.mktemp("any") / "register.db") as store:
        versions: dict[str, int] = {}
        for matter, kind, body, now in rows:
            versions[matter] = versions.get(matter, 0) + 1
            store.commit(Change(now, (NewLine(matter, versions[matter], kind, body),)))
        found = verify(store, store.head())
    assert (found.faults, found.entries, found.trusted_against_note) == ((), len(rows), True)


def test_numbers_of_every_length_are_linked_alike(tmp_path: Path) -> None:
    lines = tuple(NewLine("a", number, "FactsAmended/1", b"{}") for number in range(1, 1102))
    with SqliteStore.create(tmp_path / "register.db") as store:
        store.commit(Change(NOW, lines))
        assert verify(store).faults == ()


def test_what_is_appended_meanwhile_is_no_fault(tmp_path: Path) -> None:
    lines = tuple(NewLine("a", number, "FactsAmended/1", b"{}") for number in range(1, 4200))
    path = tmp_path / "register.db"
    with SqliteStore.create(path) as store, SqliteStore.open(path) as other:
        store.commit(Change(NOW, lines))
        more = Change(NOW, (NewLine("b", 1, "FactsAmended/1", b"{}"),))
        found = verify(store, progress=lambda count: other.commit(more) and None)
        assert (found.faults, found.entries, other.head().seq) == ((), 4199, 4200)


def test_progress_is_told_now_and_then(tmp_path: Path) -> None:
    lines = tuple(NewLine("a", number, "FactsAmended/1", b"{}") for number in range(1, 8500))
    told: list[int] = []
    with SqliteStore.create(tmp_path / "register.db") as store:
        store.commit(Change(NOW, lines))
        verify(store, progress=told.append)
    assert told == [4096, 8192]
