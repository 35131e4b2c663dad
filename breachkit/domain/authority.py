"""A supervisory authority: where it takes a filing, in which language and by which channel."""

import difflib
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from breachkit.domain.countries import known_country, known_land, name_of
from breachkit.domain.fact import Fact
from breachkit.domain.facts import Sector
from breachkit.domain.standing import Standing
from breachkit.domain.text import Line, Text

CHANNELS = {
    "altinn": "Altinn",
    "biznes_gov": "form on biznes.gov.pl",
    "data_box": "data box",
    "e_delivery": "e-delivery",
    "e_gateway": "e-government gateway",
    "e_papir": "e-Papír",
    "e_service": "e-service",
    "email": "e-mail",
    "email_exception": "e-mail, as an exception",
    "email_without_login": "e-mail, where there is no login",
    "encrypted_email": "encrypted e-mail",
    "epuap": "ePUAP",
    "form": "form",
    "form_by_email": "form, sent by e-mail",
    "general_letter": "general letter",
    "own_form": "letter on a model form or without one",
    "pdf_form": "PDF form",
    "portal": "portal",
    "portal_taxisnet": "portal, with taxisnet login",
    "post": "post",
    "post_if_down": "form by post, while the e-service is down",
    "registry": "its registry",
    "secure_email": "secure e-mail",
    "serima": "SERIMA portal",
    "signed_email": "signed e-mail",
    "telephone": "telephone",
    "virk": "Virk portal",
    "web_form": "web form",
}
"""By which ways an authority takes filings, and how they are called in a text."""

LANGUAGES = {
    "bg": "Bulgarian",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fi": "Finnish",
    "fr": "French",
    "ga": "Irish",
    "hr": "Croatian",
    "hu": "Hungarian",
    "is": "Icelandic",
    "it": "Italian",
    "lb": "Luxembourgish",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mt": "Maltese",
    "nb": "Norwegian Bokmål",
    "nl": "Dutch",
    "nn": "Norwegian Nynorsk",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "rm": "Romansh",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sv": "Swedish",
}
"""Languages in English, by their code; another code stands for itself."""


def _known_channel(value: str) -> str:
    if value not in CHANNELS:
        near = difflib.get_close_matches(value, CHANNELS, n=1)
        meant = f"did you mean {near[0]}?" if near else f"one of: {', '.join(CHANNELS)}"
        raise ValueError(f"{value!r} is no channel; {meant}")
    return value


Channel = Annotated[str, AfterValidator(_known_channel)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,10}){0,2}$")]


class Reach(StrEnum):
    """How far a case reaches."""

    ONE_STATE = "one state"
    CROSS_BORDER = "several states of the EEA"
    FROM_OUTSIDE = "a controller outside the EEA"


class Remark(Fact):
    """Something to know before a filing, and how well it is known."""

    text: Text
    standing: Standing
    citation: Line | None = None


class Limit(Fact):
    """A time limit of the authority's own, beside the law's; it starts no clock here."""

    what: Line
    limit: Line
    standing: Standing
    note: Line | None = None


class Authority(Fact):
    """An authority as we know it, and how well."""

    code: Code
    group: Literal["eea", "land", "special", "eu-institution", "third-country"]
    """`special`: of the EEA as well, for one kind of processing; named in forms, never proposed."""
    country: Annotated[str, AfterValidator(known_country)] | None = None
    land: Annotated[str, AfterValidator(known_land)] | None = None
    sector: Sector | None = None
    """Whose filings alone it takes, where that is not for all."""
    instrument: Line
    """The law under which it takes filings, by its id."""
    name: Line
    languages: tuple[Language, ...] = ()
    languages_standing: Standing | None = None
    cross_border_languages: tuple[Language, ...] = ()
    """Taken as well where people of several states of the EEA are concerned."""
    outside_languages: tuple[Language, ...] = ()
    """Taken as well from controllers outside the EEA."""
    form_languages: tuple[Language, ...] = ()
    """In which the form can be read, which says nothing of the answers."""
    channels: tuple[Channel, ...] = ()
    channels_standing: Standing | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    website: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    email: Annotated[Line, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")] | None = None
    email_certainty: Literal["official", "secondary"] | None = None
    phone: Line | None = None
    data_box: Line | None = None
    citation: Line | None = None
    """Of the duty to file with it, outside the EEA."""
    citation_standing: Standing | None = None
    standing: Standing
    verified: bool
    """Whether the channel was read on the authority's own page or form."""
    checked: Line
    limits: tuple[Limit, ...] = Field((), alias="limit")
    remarks: tuple[Remark, ...] = Field((), alias="remark")

    @model_validator(mode="after")
    def _whole(self) -> "Authority":
        if bool(self.email) != bool(self.email_certainty):
            raise ValueError("email and email_certainty stand together")
        if self.group != "eu-institution" and not self.country:
            raise ValueError("country is missing")
        if (self.group == "land") != bool(self.land):
            raise ValueError("land stands in entries of the group land, and only there")
        return self

    def accepts(self, reach: Reach) -> tuple[str, ...]:
        """Return the languages in which a filing is taken, as far as known."""
        more = {
            Reach.CROSS_BORDER: self.cross_border_languages,
            Reach.FROM_OUTSIDE: self.outside_languages,
        }
        return tuple(dict.fromkeys((*self.languages, *more.get(reach, ()))))


def names_in_forms(authorities: Mapping[str, Authority]) -> dict[str, str]:
    """Return by code the authorities of the EEA as a form names them; the country tells namesakes apart."""
    return {
        code: f"{one.name}, {name_of(one.country or '')}"
        for code, one in authorities.items()
        if one.group in {"eea", "land", "special"}
    }


def language_names(codes: Collection[str]) -> str:
    """Return languages in words: `French, Dutch or German`."""
    names = [LANGUAGES.get(code, code) for code in codes]
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def channel_names(codes: Collection[str]) -> str:
    """Return channels in words: `web form, e-mail, post`."""
    return ", ".join(CHANNELS[code] for code in codes)
