"""A scope sees its own figures, the shared facts, and nobody else's."""

from breachkit.domain.scope import view_of

FACTS = {
    "title": "x",
    "people": {"kind": "count", "form": "exact", "value": 900},
    "countries": {"DE": {"concerned": True}},
    "nature": {"description": "what happened"},
    "timeline": {
        "discovered_at": {"kind": "instant", "at": "2026-11-20T16:40:00Z"},
        "controller_aware_at": {"kind": "instant", "at": "2026-11-20T16:40:00Z"},
    },
    "groups": {"users": {"category": "users", "people": {"kind": "count", "value": 900}}},
    "data": {
        "video": {"category": "video", "protection": {"state": "none"}},
        "mail": {"category": "email"},
    },
    "scopes": {
        "acme": {
            "capacity": "processor",
            "people": {"kind": "count", "form": "exact", "value": 100},
            "data": {"video": {"records": {"kind": "count", "value": 7}}},
        },
        "other": {"controller": {"name": "Other Ltd"}, "nature": {"description": "theirs"}},
    },
}


def view(scope: str, unknown: dict[str, dict[str, str]] | None = None):  # type: ignore[no-untyped-def]
    return view_of(FACTS, unknown or {}, scope, {}, {"contact": {"name": "Desk"}})


def test_figures_never_fall_back_to_the_totals() -> None:
    values = view("other").values
    assert "people" not in values
    assert "people" not in values["groups"]["users"]
    assert "countries" not in values
    assert "controller_aware_at" not in values["timeline"]


def test_another_scope_is_not_in_the_view_at_all() -> None:
    assert "Other Ltd" not in str(view("acme").values)
    assert "theirs" not in str(view("acme").values)


def test_a_scope_that_names_its_data_has_only_these_with_the_shared_description() -> None:
    assert view("acme").values["data"] == {
        "video": {
            "category": "video",
            "protection": {"state": "none"},
            "records": {"kind": "count", "value": 7},
        }
    }
    assert set(view("other").values["data"]) == {"video", "mail"}


def test_data_that_a_scope_only_says_it_cannot_count_yet_are_its_data_too() -> None:
    unknown = {"scopes.acme.data.mail.records": {"reason": "counting"}}
    assert set(view("acme", unknown).values["data"]) == {"video", "mail"}
    assert view("acme", unknown).unknown == {"data.mail.records": {"reason": "counting"}}


def test_what_is_unknown_of_the_whole_is_unknown_of_each_scope_but_not_of_another() -> None:
    unknown = {"people": {"reason": "a"}, "scopes.other.records": {"reason": "b"}}
    assert view("acme", unknown).unknown == {}, "acme has its own figure"
    assert set(view("other", unknown).unknown) == {"people", "records"}


def test_each_fact_knows_where_it_was_stated_or_has_to_be() -> None:
    seen = view("acme")
    assert seen.path_of("people") == "scopes.acme.people"
    assert seen.path_of("nature.description") == "nature.description"
    assert seen.path_of("data.video.protection.state") == "data.video.protection.state"
    assert seen.path_of("records") == "scopes.acme.records"
    assert seen.path_of("controller.name") == "scopes.acme.controller.name"
    assert seen.path_of("contact.name") == "workspace.contact.name"
    assert view("other").path_of("nature.description") == "scopes.other.nature.description"
