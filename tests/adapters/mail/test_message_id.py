import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.domain.message_id import message_id, message_ids

KEY = bytes(range(32))


@pytest.mark.parametrize("batch", ["2026-0007-n3.2", "2026-0007-n3.2-2", "o-2026-1-n1.10"])
def test_a_message_id_leads_back_to_its_batch_and_position(batch):
    made = message_id(KEY, batch, 17, "cameras.test")
    [one] = message_ids(f"see {made} and <other@x.test>")
    assert (one.batch, one.position) == (batch, 17)
    assert one.is_genuine(KEY)
    assert made == f"<{one}@cameras.test>" == message_id(KEY, batch, 17, "cameras.test")


def test_the_proof_stays_what_it_is():
    # Messages that are on their way must still be found by a later version.
    made = message_id(KEY, "2026-0007-n3.2", 17, "cameras.test")
    assert made == "<2026-0007-n3.2.17.3dc7a74c3f8c7c85@cameras.test>"


def test_no_part_of_a_message_id_can_be_changed():
    made = message_id(KEY, "2026-0007-n3.2", 17, "cameras.test")
    for old, new in (("0007", "0008"), (".17.", ".18."), ("n3.2", "n3.1")):
        [one] = message_ids(made.replace(old, new))
        assert not one.is_genuine(KEY)
    [one] = message_ids(made)
    assert not one.is_genuine(bytes(32))


@pytest.mark.parametrize(
    ("batch", "position", "domain"),
    [("", 1, "x.test"), ("a b", 1, "x.test"), ("a", 0, "x.test"), ("a", 1, "x\r\n.test"),
     ("a", 10**9, "x.test"), ("a..b", 1, "x.test"), ("a", 1, "")],
)  # fmt: skip
def test_what_could_not_be_read_back_is_refused(batch, position, domain):
    with pytest.raises(ValueError, match="no Message-ID can be made"):
        message_id(KEY, batch, position, domain)


@given(st.text() | st.text("<>.-@0a1f", max_size=300))
def test_any_text_is_read_and_nothing_in_it_is_genuine(text):
    assert not any(one.is_genuine(KEY) for one in message_ids(text))
