"""The SQLite store keeps the contract of `ports.Store`."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachkit.adapters.sqlite import SqliteStore
from breachkit.domain.act import acts_of
from breachkit.domain.line import (
    GENESIS,
    ActRow,
    Change,
    DutyRow,
    Head,
    Kept,
    MatterRow,
    NewLine,
    chain_of,
    commitment_of,
)
from breachkit.errors import (
    ChangedMeanwhileError,
    StoreError,
)
from breachkit.ports import Store

NOW = "2026-11-20T16:40:00.000000Z"
LATER = "2026-11-20T17:00:00.000000Z"
EARLIER = "2026-11-20T09:00:00.000000Z"


def line(matter: str, version: int, body: bytes = b"{}") -> NewLine:
    return NewLine(matter, version, "FactsAmended/1", body)


def change(*lines: NewLine, now: str = NOW) -> Change:
    return Change(now, lines)


def matter_row(matter: str, state: str = "open", title: str = "a title") -> MatterRow:
    return MatterRow(matter, title, state, "PD-1", NOW, "1 scope")


def duty_row(matter: str, duty: str, due_at: str = "", told: str = "waiting") -> DutyRow:
    words = {"side": "ours", "addressee": "partner", "citation": "Article 6.3", "content": "open"}
    return DutyRow(
        matter=matter,
        duty=duty,
        scope="acme",
        due_at=due_at,
        due_kind="deadline" if due_at else "none",
        soon_at="",
        told=told,
        gaps=3,
        waits_for="legal",
        command="breachkit notice draft",
        question="",
        question_command="",
        moved_from="",
        standing="text",
        **words,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore.create(path) as opened:
        yield opened


def raw(path: Path, statement: str) -> list[tuple[object, ...]]:
    """Do something to the file behind the store's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        return database.execute(statement).fetchall()


class TestAppending:
    def test_a_new_register_is_empty(self, store: Store) -> None:
        assert store.head() == Head(0, "", GENESIS)
        assert list(store.lines()) == []
        assert store.read("2026-0001") == []
        assert (store.count_open(), store.acts()) == (0, [])

    def test_what_was_appended_is_read_again_byte_for_byte(self, store: Store) -> None:
        bodies = [b'{"a":1}', b"", '{"ä":"ß\x00"}'.encode()]
        for version, body in enumerate(bodies, 1):
            store.commit(change(line("2026-0001", version, body)))

        lines = store.read("2026-0001")

        assert [entry.body for entry in lines] == bodies
        assert [(entry.seq, entry.version) for entry in lines] == [(1, 1), (2, 2), (3, 3)]
        assert list(store.lines()) == lines
        assert list(store.lines(after=2)) == lines[2:]

    def test_each_entry_is_linked_by_the_definitions_of_the_ground(self, store: Store) -> None:
        receipt = store.commit(change(line("a", 1), line("b", 1, b"[]"), line("a", 2)))

        previous = GENESIS
        for entry in store.lines():
            assert entry.body is not None
            assert entry.salt is not None
            assert len(entry.salt) == 16
            assert entry.commitment == commitment_of(entry.salt, entry.body)
            envelope = (entry.seq, entry.matter, entry.version, entry.kind, entry.at)
            previous = chain_of(previous, *envelope, entry.commitment)
            assert entry.chain == previous
        assert receipt.head == store.head() == Head(3, NOW, previous)

    def test_equal_bodies_have_different_commitments(self, store: Store) -> None:
        store.commit(change(line("a", 1), line("a", 2)))
        first, second = store.read("a")
        assert first.salt != second.salt
        assert first.commitment != second.commitment

    def test_a_clock_that_was_set_back_does_not_turn_the_register_back(self, store: Store) -> None:
        store.commit(change(line("a", 1)))
        assert store.commit(change(line("a", 2), now=EARLIER)).at == NOW
        assert store.commit(change(line("a", 3), now=LATER)).at == LATER
        assert [entry.at for entry in store.lines()] == [NOW, NOW, LATER]

    def test_a_change_without_lines_leaves_the_head(self, store: Store) -> None:
        head = store.commit(change(line("a", 1))).head
        receipt = store.commit(Change(LATER, (), matters=(matter_row("a"),)))
        assert receipt.head == store.head() == head
        assert store.matters() == [matter_row("a")]

    def test_many_pages_are_streamed_in_order_while_the_caller_commits(self, store: Store) -> None:
        store.commit(change(*(line("a", version) for version in range(1, 601))))
        seen = []
        for entry in store.lines():
            seen.append(entry.seq)
            if entry.seq == 1:
                store.commit(change(line("a", 601)))
        assert seen == list(range(1, 602))


class TestConflicts:
    @pytest.fixture(autouse=True)
    def _first(self, store: SqliteStore) -> None:
        store.commit(change(line("a", 1))._replace(keys=(("PD-1", "a"),)))

    def refused(self, store: Store, attempt: Change) -> ChangedMeanwhileError:
        """Refuse a change that brings something for every table; none of it stays."""
        before = (store.head(), list(store.lines()), store.matters(), store.duties("b"))
        whole = attempt._replace(
            kept=(Kept(b"digest", b"salt", b"text"),),
            keys=(("NEW", "b"), *attempt.keys),
            matters=(matter_row("b"),),
            duties={"b": (duty_row("b", "x"),)},
        )
        with pytest.raises(ChangedMeanwhileError) as refusal:
            store.commit(whole)
        assert (store.head(), list(store.lines()), store.matters(), store.duties("b")) == before
        assert store.kept(b"digest") is None
        assert store.matter_of("NEW") is None
        return refusal.value

    def test_a_version_that_is_taken(self, store: Store) -> None:
        error = self.refused(store, change(line("b", 1), line("a", 1)))
        assert error.message == "a: is at version 1, version 1 does not follow it"
        assert error.hint == "run the same command again"

    def test_a_version_that_leaves_a_gap(self, store: Store) -> None:
        error = self.refused(store, change(line("b", 1), line("a", 3)))
        assert error.message == "a: is at version 1, version 3 does not follow it"

    def test_a_gap_within_one_change(self, store: Store) -> None:
        self.refused(store, change(line("a", 2), line("b", 1), line("a", 4)))

    def test_a_key_that_leads_to_another_matter(self, store: Store) -> None:
        error = self.refused(store, change(line("b", 1))._replace(keys=(("PD-1", "b"),)))
        assert error.message == "PD-1: leads to a already, not to b"
        assert store.matter_of("PD-1") == "a"

    def test_a_key_given_again_for_the_same_matter_is_no_conflict(self, store: Store) -> None:
        store.commit(change(line("a", 2))._replace(keys=(("PD-1", "a"), ("PD-2", "a"))))
        assert store.matter_of("PD-2") == "a"
        assert store.matter_of("PD-3") is None


class TestKept:
    def test_texts_are_kept_once(self, store: Store) -> None:
        text = Kept(b"d" * 32, b"salt", b"text")
        store.commit(change(line("a", 1))._replace(kept=(text, text)))
        store.commit(change(line("a", 2))._replace(kept=(text,)))
        assert store.kept(text.digest) == text
        assert store.kept(b"other") is None
        assert list(store.kept_digests()) == [text]

    def test_many_pages_of_texts_are_streamed(self, store: Store) -> None:
        texts = [Kept(bytes([number]) * 32, b"salt", b"text") for number in range(200)]
        store.commit(change(line("a", 1))._replace(kept=tuple(texts)))
        assert list(store.kept_digests()) == texts

    def test_the_key_stays_and_is_the_workspaces_own(self, path: Path, store: Store) -> None:
        assert len(store.key()) == 32
        with SqliteStore.open(path) as again:
            assert again.key() == store.key()
        with SqliteStore.create(path.with_name("other.db")) as other:
            assert other.key() != store.key()


class TestMatters:
    @pytest.mark.parametrize(
        ("ids", "highest"),
        [
            ([], None),
            (["2026-0002", "2026-0010", "2026-0009"], "2026-0010"),
            (["2026-9999", "2026-10000"], "2026-10000"),
            (["2025-123456789", "2026-0001", "workspace", "2027-0001"], "2026-0001"),
            (["2025-0001", "20260001"], None),
        ],
    )
    def test_the_last_matter(self, store: Store, ids: list[str], highest: str | None) -> None:
        store.rebuild([matter_row(name) for name in ids], {})
        assert store.last_matter("2026-") == highest

    def test_a_row_is_replaced_by_the_newer_one(self, store: Store) -> None:
        store.commit(change(line("a", 1))._replace(matters=(matter_row("a"),)))
        closed = matter_row("a", "closed", "another title")
        store.commit(change(line("a", 2))._replace(matters=(closed, matter_row("b"))))
        assert store.matters() == [closed, matter_row("b")]
        assert store.matters("open") == [matter_row("b")]
        assert store.matters("closed") == [closed]

    def test_matters_are_listed_in_the_order_of_their_ids(self, store: Store) -> None:
        ids = ["2026-10000", "2026-0009", "2026-9999"]
        store.rebuild([matter_row(name) for name in ids], {})
        listed = [row.matter for row in store.matters()]
        assert listed == ["2026-0009", "2026-9999", "2026-10000"]
        assert [row.matter for row in store.matters("open")] == listed


DUTIES = st.lists(
    st.builds(
        duty_row,
        matter=st.just("a"),
        duty=st.sampled_from(["imou-dpa/6.3@acme", "gdpr/33-1@acme"]),
        due_at=st.sampled_from(["", NOW, LATER, EARLIER]),
        told=st.sampled_from(["waiting", "in time"]),
    ),
    max_size=6,
)


class TestDuties:
    def test_the_earliest_due_comes_first_and_no_date_last(self, store: Store) -> None:
        rows = [duty_row("a", "x", ""), duty_row("a", "y", LATER), duty_row("b", "z", NOW)]
        store.rebuild([matter_row("a"), matter_row("b")], {"a": (*rows[:2],), "b": (rows[2],)})
        assert [row.duty for row in store.overview()] == ["z", "y", "x"]
        assert [row.duty for row in store.overview(2)] == ["z", "y"]
        assert store.overview(0) == []
        assert store.count_open() == 2

    def test_only_the_duties_of_open_matters_are_shown(self, store: Store) -> None:
        rows = {name: (duty_row(name, "x"),) for name in "ab"}
        opened = tuple(matter_row(name) for name in "ab")
        store.commit(Change(NOW, (), matters=opened, duties=rows))
        # Closing writes no duties, and reopening neither.
        store.commit(Change(NOW, (), matters=(matter_row("a", "closed"),)))
        assert store.overview() == [*rows["b"]]
        assert store.count_open() == 1
        assert store.duties("a") == [*rows["a"]]
        store.commit(Change(NOW, (), matters=(matter_row("a"),)))
        assert len(store.overview()) == 2

    def test_duties_can_be_limited_to_states(self, store: Store) -> None:
        rows = tuple(duty_row("a", told, NOW, told) for told in ("late", "waiting", "stopped"))
        store.rebuild([matter_row("a")], {"a": rows})
        shown = store.overview(5, told=("waiting", "late"))
        assert [row.told for row in shown] == ["late", "waiting"]

    @settings(max_examples=40, deadline=None)
    @given(st.lists(DUTIES, min_size=1, max_size=4))
    def test_each_change_replaces_all_rows_of_its_matter(
        self, tmp_path_factory: pytest.TempPathFactory, steps: list[list[DutyRow]]
    ) -> None:
        other = duty_row("b", "other", NOW)
        with SqliteStore.create(tmp_path_factory.mktemp("duties") / "register.db") as store:
            store.rebuild([matter_row("a"), matter_row("b")], {"b": (other,)})
            for rows in steps:
                store.commit(Change(NOW, (), duties={"a": tuple(rows)}))
                assert store.duties("a") == rows
                assert store.duties("b") == [other]
                dates = [row.due_at for row in store.overview()]
                expected = [NOW, *(row.due_at for row in rows)]
                assert dates == sorted(expected, key=lambda date: (date == "", date))
                waiting = [row for row in store.overview(told=("waiting",)) if row.matter == "a"]
                assert len(waiting) == [row.told for row in rows].count("waiting")

    def test_rebuilding_replaces_every_row_and_no_entry(self, store: Store) -> None:
        first = change(line("a", 1))._replace(keys=(("PD-1", "a"),), matters=(matter_row("a"),))
        store.commit(first._replace(duties={"a": (duty_row("a", "x"),)}))
        head = store.head()
        store.rebuild([matter_row("b")], {"b": (duty_row("b", "y"),)})
        assert store.matters() == [matter_row("b")]
        assert store.overview() == [duty_row("b", "y")]
        assert store.duties("a") == []
        assert (store.head(), store.matter_of("PD-1")) == (head, "a")

    def test_the_first_rows_are_found_by_index(self, path: Path, store: Store) -> None:
        order = "ORDER BY due_at = '', due_at, matter, position LIMIT 20"
        plan = str(raw(path, f"EXPLAIN QUERY PLAN SELECT * FROM duties WHERE open {order}"))
        assert "USING INDEX duties_by_date" in plan
        assert "TEMP B-TREE" not in plan


MANY = st.lists(
    st.builds(
        DutyRow,
        matter=st.just("a"),
        duty=st.sampled_from(["imou-dpa/6.3@acme", "follow-up/people", "follow-up/call-acme"]),
        scope=st.sampled_from(["", "acme", "bolt"]),
        side=st.sampled_from(["ours", "theirs", "possible"]),
        addressee=st.sampled_from(["partner", "authority"]),
        citation=st.sampled_from(["Article 6.3", "promised: people", "a draft"]),
        due_at=st.sampled_from(["", EARLIER, NOW, LATER]),
        due_kind=st.sampled_from(["none", "deadline", "follow-up", "not computable: why"]),
        soon_at=st.sampled_from(["", EARLIER]),
        told=st.sampled_from(["waiting", "unconfirmed", "in time", "stopped"]),
        content=st.sampled_from(["open", "supplement owed", "complete"]),
        gaps=st.integers(0, 2),
        waits_for=st.sampled_from(["", "a draft", "a-n1 left outside the gate"]),
        command=st.sampled_from(["", "breachkit notice draft a"]),
        question=st.sampled_from(["", "when?", "who?"]),
        question_command=st.sampled_from(["breachkit one", "breachkit two"]),
        moved_from=st.sampled_from(["", LATER]),
        standing=st.sampled_from(["text", "disputed"]),
    ),
    max_size=7,
)


def made_of_duties(store: Store) -> list[ActRow]:
    """Return the acts that all duties of open matters make together, in their order."""
    return [act.row._replace(position=0) for act in acts_of(store.overview())]


def kept_acts(store: Store) -> list[ActRow]:
    return [act._replace(position=0) for act in store.acts()]


class TestActs:
    @settings(max_examples=150, deadline=None)
    @given(st.lists(st.tuples(MANY, MANY), min_size=1, max_size=3))
    def test_they_are_what_the_duties_of_all_open_matters_make(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        steps: list[tuple[list[DutyRow], list[DutyRow]]],
    ) -> None:
        with SqliteStore.create(tmp_path_factory.mktemp("acts") / "register.db") as store:
            store.rebuild([matter_row("a"), matter_row("b")], {})
            for first, second in steps:
                other = tuple(row._replace(matter="b") for row in second)
                store.commit(Change(NOW, (), duties={"a": tuple(first), "b": other}))
                assert kept_acts(store) == made_of_duties(store)

    def test_a_matter_that_is_not_open_has_none(self, store: Store) -> None:
        rows = {name: (duty_row(name, "x"),) for name in "ab"}
        opened = tuple(matter_row(name) for name in "ab")
        store.commit(Change(NOW, (), matters=opened, duties=rows))
        both = store.acts()
        assert [act.matter for act in both] == ["a", "b"]
        store.commit(Change(NOW, (), matters=(matter_row("a", "closed"),)))
        assert [act.matter for act in store.acts()] == ["b"]
        store.commit(Change(NOW, (), matters=(matter_row("a"),)))
        assert store.acts() == both
        shut = (matter_row("a", "closed"),)
        store.commit(Change(NOW, (), matters=shut, duties={"a": rows["a"]}))
        assert [act.matter for act in store.acts()] == ["b"]

    def test_rebuilding_replaces_every_one(self, store: Store) -> None:
        store.rebuild([matter_row("a")], {"a": (duty_row("a", "x"), duty_row("a", "y", NOW))})
        store.rebuild([matter_row("b")], {"b": (duty_row("b", "y"),)})
        assert [act.matter for act in store.acts()] == ["b"]
        assert kept_acts(store) == made_of_duties(store)

    def test_only_those_that_changed_are_written(self, path: Path, store: Store) -> None:
        rows = [duty_row("a", str(n))._replace(waits_for=str(n)) for n in range(3)]
        store.rebuild([matter_row("a")], {"a": tuple(rows)})
        raw(path, "CREATE TABLE written (position)")
        raw(
            path,
            "CREATE TRIGGER watch AFTER INSERT ON acts"
            " BEGIN INSERT INTO written VALUES (new.position); END",
        )
        rows[1] = rows[1]._replace(gaps=9)
        store.commit(Change(NOW, (), duties={"a": tuple(rows)}))
        assert raw(path, "SELECT * FROM written") == [(1,)]
        store.commit(Change(NOW, (), duties={"a": tuple(rows[:2])}))
        assert [act.gaps for act in store.acts()] == [3, 9]


class TestSnapshot:
    def test_everything_inside_sees_one_state(self, path: Path, store: SqliteStore) -> None:
        store.commit(change(line("a", 1)))
        with SqliteStore.open(path) as other, store.snapshot():
            before = store.head()
            other.commit(change(line("a", 2)))
            assert store.head() == before
            assert len(list(store.lines())) == 1
        assert len(list(store.lines())) == 2

    def test_nothing_is_committed_inside(self, store: SqliteStore) -> None:
        with pytest.raises(StoreError, match="within a transaction"), store.snapshot():
            store.commit(change(line("a", 1)))
        assert store.head().seq == 0
