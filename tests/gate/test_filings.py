"""Filings with several authorities: each has to confirm, and what is open is named with its command."""

from collections.abc import Mapping
from typing import Any

import pytest

from breachkit.app import Breachkit
from breachkit.casework.papers import marks
from breachkit.casework.records import Ruling
from breachkit.domain.entry import DeliveryRecorded, encode
from breachkit.domain.filing import Filer
from breachkit.domain.line import DutyRow
from breachkit.domain.telling import Told
from tests.conftest import SetClock
from tests.gate.steps import Acting, version

DUTY = "eu-gdpr/33-1@acme"
AT = "2026-11-22 02:20 Europe/Berlin"


def opened(kit: Breachkit, country: str, **countries: Mapping[str, Any]) -> str:
    """Open an incident of one partner and return the id of the notice to its authority."""
    scope = {
        "capacity": "processor",
        "controller": {"name": "Acme", "country": country},
        "countries": countries,
        "timeline": {"controller_aware_at": "2026-11-21 02:20 Europe/Berlin"},
    }
    nature = {"description": "A list was copied."}
    kit.open_incident({"title": "Copied", "nature": nature, "scopes": {"acme": scope}})
    (one,) = kit.draft("2026-0001", to=["authority"])
    return one.drafted.notice


def row(kit: Breachkit) -> DutyRow:
    return next(row for row in kit.overview(None).rows if row.duty == DUTY)


def told(kit: Breachkit) -> tuple[Told, tuple[str, ...]]:
    duty = kit.incident("2026-0001").duty(DUTY)
    assert duty is not None
    return duty.told, duty.open_filings


def test_one_authority_needs_no_name(kit: Breachkit) -> None:
    name = opened(kit, "FR", FR={"people": 3})
    kit.record_delivery(name, channel="portal", at=AT)
    assert told(kit) == (Told.UNCONFIRMED, ("FR",))
    assert "unconfirmed: no file number" in marks(
        kit.incident("2026-0001").matter, version(kit, name)
    )
    kit.record_delivery(name, channel="portal", at=AT, reference="V-1")
    assert told(kit) == (Told.IN_TIME, ())
    assert b"authority" not in encode(version(kit, name).deliveries[-1].entry).replace(b"acme", b"")


def test_several_authorities_have_to_confirm_each(kit: Breachkit, clock: SetClock) -> None:
    name = opened(kit, "US", FR={"people": 3}, NL={"people": 1})
    kit.record_delivery(name, channel="web form", at=AT, authority="fr", reference="V-1")
    assert told(kit) == (Told.UNCONFIRMED, ("NL",))
    assert row(kit).waits_for.startswith("a filing with NL")
    assert row(kit).command == (
        f"breachkit notice record-delivery {name}.1 --channel CHANNEL --at TIME"
        " --authority NL --reference FILE-NUMBER"
    )
    clock.pass_(days=4)
    late = "2026-11-26 02:20 Europe/Berlin"
    kit.record_delivery(name, channel="web form", at=late, authority="NL")
    assert told(kit) == (Told.UNCONFIRMED, ("NL",))
    assert row(kit).waits_for.startswith("the file number of NL")
    assert "unconfirmed: no file number of NL" in marks(
        kit.incident("2026-0001").matter, version(kit, name)
    )
    kit.record_delivery(name, channel="web form", at=late, authority="NL", reference="N-2")
    assert told(kit) == (Told.LATE, ()), "the last one counts, and it was late"


def test_a_filing_without_its_authority_confirms_none_of_several(kit: Breachkit) -> None:
    name = opened(kit, "US", FR={"people": 3}, NL={"people": 1})
    kit.record_delivery(name, channel="web form", at=AT, reference="V-1")
    assert told(kit) == (Told.UNCONFIRMED, ("FR", "NL"))
    assert row(kit).waits_for.startswith(f"which authority {name} went to: FR, NL")
    assert row(kit).command.endswith("--reference V-1 --authority CODE")


def test_the_wrong_authority_confirms_nothing(kit: Breachkit) -> None:
    name = opened(kit, "FR", FR={"people": 3})
    kit.record_delivery(name, channel="web form", at=AT, authority="IE", reference="V-1")
    assert told(kit) == (Told.UNCONFIRMED, ("FR",))


def test_any_of_the_possible_ones_will_do_while_it_is_open(kit: Breachkit) -> None:
    name = opened(kit, "DE", DE={"people": 3})
    kit.record_delivery(name, channel="web form", at=AT, authority="DE-HE", reference="V-1")
    assert told(kit) == (Told.IN_TIME, ())
    kit.amend("2026-0001", {"scopes": {"acme": {"controller": {"land": "BE"}}}})
    assert told(kit) == (Told.UNCONFIRMED, ("DE-BE",)), "the Land that was stated is another one"


def test_nobody_knows_who_is_competent(kit: Breachkit) -> None:
    scope = {"capacity": "processor", "timeline": {"controller_aware_at": AT}}
    nature = {"description": "A list was copied."}
    kit.open_incident({"title": "Copied", "nature": nature, "scopes": {"acme": scope}})
    (one,) = kit.draft("2026-0001", to=["authority"])
    kit.record_delivery(one.drafted.notice, channel="post", at=AT, reference="1")
    assert told(kit) == (Told.IN_TIME, ())


@pytest.mark.parametrize(("asked", "instructed"), [(False, False), (True, False), (False, True)])
def test_the_partner_files_unless_it_asked_and_instructed_us(
    kit: Breachkit, asked: bool, instructed: bool
) -> None:
    opened(kit, "FR", FR={"people": 3})
    _instruct(kit, asked, instructed)
    assert kit.competence("2026-0001", "acme").filer is Filer.THEIRS
    assert row(kit).waits_for == "the partner's own filing"


def test_we_file_where_request_and_instruction_are_recorded(kit: Breachkit) -> None:
    name = opened(kit, "FR", FR={"people": 3})
    _instruct(kit, asked=True, instructed=True)
    assert kit.competence("2026-0001", "acme").filer is Filer.FOR_THEM
    assert row(kit).waits_for == f"legal review of {name}"
    assert row(kit).side == "theirs", "the responsibility stays with the partner"
    kit.record_decision("2026-0001", Ruling("filing", "controller", "they file after all"))
    assert kit.competence("2026-0001", "acme").filer is Filer.THEIRS


def _instruct(kit: Breachkit, asked: bool, instructed: bool) -> None:
    if asked:
        kit.amend("2026-0001", {"scopes": {"acme": {"timeline": {"controller_request_at": AT}}}})
    if instructed:
        kit.record_decision("2026-0001", Ruling("filing", "processor", "their mail of 02:20"))


def test_the_text_is_marked_where_the_authority_takes_another_language(kit: Breachkit) -> None:
    name = opened(kit, "BE", BE={"people": 3})
    first = kit.notice(name).text.splitlines()[0]
    assert first == "Working draft, file in: French, Dutch or German."


def test_the_mark_names_each_authority_that_needs_another_language(kit: Breachkit) -> None:
    name = opened(kit, "US", IE={"people": 3}, NL={"people": 3}, DE={"people": 1})
    text = " ".join(kit.notice(name).text.split())
    assert text.startswith(
        "Working draft, file in: German (Germany); Dutch (Autoriteit Persoonsgegevens (AP))."
    )


@pytest.mark.parametrize("country", ["IE", "MT", "SE"])
def test_what_is_taken_in_english_is_not_marked(kit: Breachkit, country: str) -> None:
    name = opened(kit, country, **{country: {"people": 3}})
    assert "working draft" not in kit.notice(name).text.casefold()


def test_a_state_of_the_us_is_named_in_the_text(kit: Breachkit) -> None:
    name = opened(kit, "IE", **{"US-CA": {"people": 3}})
    assert "United States, California: 3" in kit.notice(name).text


def test_old_entries_have_no_authority() -> None:
    known = DeliveryRecorded.model_fields["authority"]
    assert known.default is None


def test_an_unconfirmed_filing_stays_so_for_others(acting: Acting) -> None:
    kit = acting("maria")
    name = opened(kit, "US", FR={"people": 3}, NL={"people": 1})
    done = kit.record_delivery(name, channel="web form", at=AT, authority="FR", reference="V-1")
    again = kit.record_delivery(name, channel="web form", at=AT, authority="FR", reference="V-1")
    assert (done.new, again.new) == (True, False)
    other = kit.record_delivery(name, channel="web form", at=AT, authority="NL", reference="V-1")
    assert other.new, "the same channel and time, but another authority"
    assert told(kit) == (Told.IN_TIME, ())


def elsewhere(kit: Breachkit, country: str, reader: str, **countries: Mapping[str, Any]) -> str:
    """Open an incident of one controller outside the Union; return the notice to its own authority."""
    scope = {
        "capacity": "processor",
        "controller": {"name": "Acme", "country": country},
        "countries": countries,
        "timeline": {"controller_aware_at": "2026-11-21 02:20 Europe/Berlin"},
    }
    nature = {"description": "A list was copied."}
    kit.open_incident({"title": "Copied", "nature": nature, "scopes": {"acme": scope}})
    ruling = Ruling("risk-people", "high", "the list was sold", scope="acme")
    kit.record_decision("2026-0001", ruling)
    (one,) = kit.draft("2026-0001", to=[reader])
    return one.drafted.notice


@pytest.mark.parametrize(
    ("country", "reader", "duty", "how"),
    [
        ("GB", "uk-authority", "uk-gdpr/33-1@acme", Told.IN_TIME),
        ("CH", "ch-authority", "ch-fadp/24-1@acme", Told.TOLD),
    ],
)
def test_an_authority_outside_the_union_confirms_by_its_number(
    kit: Breachkit, country: str, reader: str, duty: str, how: Told
) -> None:
    people = {country: {"people": 3}, "FR": {"people": 1}}
    name = elsewhere(kit, country, reader, **people)

    def stands(which: str = duty) -> tuple[Told, tuple[str, ...]]:
        found = kit.incident("2026-0001").duty(which)
        assert found is not None
        return found.told, found.open_filings

    assert stands() == (Told.WAITING, ())
    kit.record_delivery(name, channel="web form", at=AT)
    assert stands() == (Told.UNCONFIRMED, (country,))
    kit.record_delivery(name, channel="web form", at=AT, reference="C-1", authority="FR")
    assert stands() == (Told.UNCONFIRMED, (country,)), "France takes nothing under this law"
    waits = next(row for row in kit.overview(None).rows if row.duty == duty)
    assert waits.command.endswith(f"--reference FILE-NUMBER --authority {country}")
    kit.record_delivery(name, channel="web form", at=AT, reference="C-1", authority=country)
    assert stands() == (how, ())
    # The Union's own duty, for the one person in France, is another filing with another authority.
    assert stands(DUTY) == (Told.WAITING, ())
    (other,) = kit.draft("2026-0001", to=["authority"])
    kit.record_delivery(other.drafted.notice, channel="web form", at=AT, reference="V-1")
    assert stands(DUTY) == (Told.IN_TIME, ())


def test_one_number_is_enough_where_one_authority_is_competent(kit: Breachkit) -> None:
    name = elsewhere(kit, "GB", "uk-authority", GB={"people": 3})
    assert kit.incident("2026-0001").duty(DUTY) is None, "nobody in the Union is concerned"
    kit.record_delivery(name, channel="web form", at=AT, reference="ICO-1")
    found = kit.incident("2026-0001").duty("uk-gdpr/33-1@acme")
    assert found is not None
    assert (found.told, found.open_filings) == (Told.IN_TIME, ())
