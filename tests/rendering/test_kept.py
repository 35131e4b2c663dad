"""The block tree as JSON: what is kept with each version of a notice."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.domain.document import Block, BlockKind, Document, Run, as_data, from_data
from breachkit.errors import BadInputError

TEXTS = st.text(max_size=8)
TUPLES = st.lists(TEXTS, max_size=2).map(tuple)
RUNS = st.builds(Run, TEXTS, TUPLES, st.booleans(), st.booleans())
BLOCKS = st.builds(
    Block,
    TEXTS,
    st.sampled_from(BlockKind),
    st.lists(RUNS, max_size=3).map(tuple),
    st.integers(0, 6),
    TEXTS,
    TUPLES,
    st.one_of(st.just("template"), TEXTS),
)
DOCUMENTS = st.builds(Document, TEXTS, TEXTS, st.lists(BLOCKS, max_size=3).map(tuple))


@given(DOCUMENTS)
def test_a_document_comes_back_as_it_was(document: Document) -> None:
    assert from_data(json.loads(json.dumps(as_data(document)))) == document


def test_defaults_are_left_out() -> None:
    runs = (Run("a"), Run("b", ("p",), emphasis=True), Run("c", strong=True))
    block = Block("s1.1", BlockKind.ITEM, runs, 2, "3.", ("6.4(b)",), "ana")
    plain = Block("s1.2", BlockKind.PARAGRAPH, (Run("d"),))
    assert as_data(Document("en", "S", (block, plain))) == {
        "language": "en",
        "subject": "S",
        "blocks": [
            {
                "id": "s1.1",
                "kind": "item",
                "runs": [
                    "a",
                    {"text": "b", "paths": ["p"], "emphasis": True},
                    {"text": "c", "strong": True},
                ],
                "level": 2,
                "marker": "3.",
                "answers": ["6.4(b)"],
                "origin": "ana",
            },
            {"id": "s1.2", "kind": "paragraph", "runs": ["d"]},
        ],
    }


def kept(**block: object) -> dict[str, object]:
    fields = {"id": "s", "kind": "item", "runs": []} | block
    return {"language": "en", "subject": "s", "blocks": [fields]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "document holds []"),
        ({}, "language holds None"),
        ({"language": "en", "subject": 1}, "subject holds 1"),
        ({"language": "en", "subject": "s"}, "blocks holds None"),
        (kept() | {"tone": "x"}, "document holds ['tone']"),
        (kept(colour="red"), "blocks.0 holds ['colour']"),
        (kept(kind="table"), "blocks.0 holds 'table'"),
        (kept(level="1"), "blocks.0 holds '1'"),
        (kept(level=True), "blocks.0 holds True"),
        (kept(runs="abc"), "blocks.0 holds 'abc'"),
        (kept(runs=[1]), "blocks.0.runs holds 1"),
        (kept(runs=[{"text": "a", "link": "b"}]), "blocks.0.runs holds ['link']"),
        (kept(runs=[{"text": "a", "strong": "no"}]), "blocks.0.runs holds 'no'"),
        (kept(answers="6.4"), "blocks.0.answers holds '6.4'"),
        (kept(answers=[1]), "blocks.0.answers holds 1"),
        (kept(marker=None), "blocks.0.marker holds None"),
    ],
)
def test_what_is_not_a_document_is_refused(data: object, message: str) -> None:
    with pytest.raises(BadInputError) as caught:
        from_data(data)
    assert caught.value.message == f"not a document of breachkit: {message}"
