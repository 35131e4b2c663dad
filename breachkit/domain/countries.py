"""Countries by their ISO 3166-1 codes: which exist, which are in the EEA, and the special cases."""

import difflib
import re
from collections.abc import Mapping

from breachkit.domain.regions import EEA


def _table(text: str) -> dict[str, str]:
    """Return the names of a table of codes, `AT=Austria; BE=Belgium`."""
    pairs = (entry.strip().partition("=") for entry in text.replace("\n", " ").split(";"))
    return {code: name for code, _, name in pairs}


COUNTRIES: Mapping[str, str] = _table(
    """
AD=Andorra; AE=United Arab Emirates; AF=Afghanistan; AG=Antigua and Barbuda; AI=Anguilla;
AL=Albania; AM=Armenia; AO=Angola; AQ=Antarctica; AR=Argentina; AS=American Samoa; AT=Austria;
AU=Australia; AW=Aruba; AX=Åland Islands; AZ=Azerbaijan; BA=Bosnia and Herzegovina;
BB=Barbados; BD=Bangladesh; BE=Belgium; BF=Burkina Faso; BG=Bulgaria; BH=Bahrain; BI=Burundi;
BJ=Benin; BL=St Barthélemy; BM=Bermuda; BN=Brunei; BO=Bolivia; BQ=Caribbean Netherlands;
BR=Brazil; BS=Bahamas; BT=Bhutan; BV=Bouvet Island; BW=Botswana; BY=Belarus; BZ=Belize;
CA=Canada; CC=Cocos (Keeling) Islands; CD=Democratic Republic of the Congo;
CF=Central African Republic; CG=Republic of the Congo; CH=Switzerland; CI=Côte d’Ivoire;
CK=Cook Islands; CL=Chile; CM=Cameroon; CN=China; CO=Colombia; CR=Costa Rica; CU=Cuba;
CV=Cape Verde; CW=Curaçao; CX=Christmas Island; CY=Cyprus; CZ=Czechia; DE=Germany;
DJ=Djibouti; DK=Denmark; DM=Dominica; DO=Dominican Republic; DZ=Algeria; EC=Ecuador;
EE=Estonia; EG=Egypt; EH=Western Sahara; ER=Eritrea; ES=Spain; ET=Ethiopia; FI=Finland;
FJ=Fiji; FK=Falkland Islands; FM=Micronesia; FO=Faroe Islands; FR=France; GA=Gabon;
GB=United Kingdom; GD=Grenada; GE=Georgia; GF=French Guiana; GG=Guernsey; GH=Ghana;
GI=Gibraltar; GL=Greenland; GM=Gambia; GN=Guinea; GP=Guadeloupe; GQ=Equatorial Guinea;
GR=Greece; GS=South Georgia and the South Sandwich Islands; GT=Guatemala; GU=Guam;
GW=Guinea-Bissau; GY=Guyana; HK=Hong Kong; HM=Heard Island and McDonald Islands; HN=Honduras;
HR=Croatia; HT=Haiti; HU=Hungary; ID=Indonesia; IE=Ireland; IL=Israel; IM=Isle of Man;
IN=India; IO=British Indian Ocean Territory; IQ=Iraq; IR=Iran; IS=Iceland; IT=Italy;
JE=Jersey; JM=Jamaica; JO=Jordan; JP=Japan; KE=Kenya; KG=Kyrgyzstan; KH=Cambodia; KI=Kiribati;
KM=Comoros; KN=St Kitts and Nevis; KP=North Korea; KR=South Korea; KW=Kuwait;
KY=Cayman Islands; KZ=Kazakhstan; LA=Laos; LB=Lebanon; LC=St Lucia; LI=Liechtenstein;
LK=Sri Lanka; LR=Liberia; LS=Lesotho; LT=Lithuania; LU=Luxembourg; LV=Latvia; LY=Libya;
MA=Morocco; MC=Monaco; MD=Moldova; ME=Montenegro; MF=St Martin; MG=Madagascar;
MH=Marshall Islands; MK=North Macedonia; ML=Mali; MM=Myanmar; MN=Mongolia; MO=Macao;
MP=Northern Mariana Islands; MQ=Martinique; MR=Mauritania; MS=Montserrat; MT=Malta;
MU=Mauritius; MV=Maldives; MW=Malawi; MX=Mexico; MY=Malaysia; MZ=Mozambique; NA=Namibia;
NC=New Caledonia; NE=Niger; NF=Norfolk Island; NG=Nigeria; NI=Nicaragua; NL=Netherlands;
NO=Norway; NP=Nepal; NR=Nauru; NU=Niue; NZ=New Zealand; OM=Oman; PA=Panama; PE=Peru;
PF=French Polynesia; PG=Papua New Guinea; PH=Philippines; PK=Pakistan; PL=Poland;
PM=St Pierre and Miquelon; PN=Pitcairn Islands; PR=Puerto Rico; PS=Palestinian Territories;
PT=Portugal; PW=Palau; PY=Paraguay; QA=Qatar; RE=Réunion; RO=Romania; RS=Serbia; RU=Russia;
RW=Rwanda; SA=Saudi Arabia; SB=Solomon Islands; SC=Seychelles; SD=Sudan; SE=Sweden;
SG=Singapore; SH=St Helena; SI=Slovenia; SJ=Svalbard and Jan Mayen; SK=Slovakia;
SL=Sierra Leone; SM=San Marino; SN=Senegal; SO=Somalia; SR=Suriname; SS=South Sudan;
ST=São Tomé and Príncipe; SV=El Salvador; SX=Sint Maarten; SY=Syria; SZ=Eswatini;
TC=Turks and Caicos Islands; TD=Chad; TF=French Southern Territories; TG=Togo; TH=Thailand;
TJ=Tajikistan; TK=Tokelau; TL=Timor-Leste; TM=Turkmenistan; TN=Tunisia; TO=Tonga; TR=Türkiye;
TT=Trinidad and Tobago; TV=Tuvalu; TW=Taiwan; TZ=Tanzania; UA=Ukraine; UG=Uganda;
UM=US Outlying Islands; US=United States; UY=Uruguay; UZ=Uzbekistan; VA=Vatican City;
VC=St Vincent and the Grenadines; VE=Venezuela; VG=British Virgin Islands;
VI=US Virgin Islands; VN=Vietnam; VU=Vanuatu; WF=Wallis and Futuna; WS=Samoa; XK=Kosovo;
YE=Yemen; YT=Mayotte; ZA=South Africa; ZM=Zambia; ZW=Zimbabwe
"""
)
"""Every code of ISO 3166-1 with its name, and XK, which is in use for Kosovo."""

LAENDER: Mapping[str, str] = _table(
    """
BW=Baden-Württemberg; BY=Bavaria; BE=Berlin; BB=Brandenburg; HB=Bremen; HH=Hamburg; HE=Hesse;
MV=Mecklenburg-Western Pomerania; NI=Lower Saxony; NW=North Rhine-Westphalia;
RP=Rhineland-Palatinate; SL=Saarland; SN=Saxony; ST=Saxony-Anhalt; SH=Schleswig-Holstein;
TH=Thuringia
"""
)
"""The German Länder by the second part of their ISO 3166-2 code: the authority differs by Land."""

US_STATES: Mapping[str, str] = _table(
    """
AL=Alabama; AK=Alaska; AZ=Arizona; AR=Arkansas; CA=California; CO=Colorado; CT=Connecticut;
DE=Delaware; DC=District of Columbia; FL=Florida; GA=Georgia; HI=Hawaii; ID=Idaho;
IL=Illinois; IN=Indiana; IA=Iowa; KS=Kansas; KY=Kentucky; LA=Louisiana; ME=Maine; MD=Maryland;
MA=Massachusetts; MI=Michigan; MN=Minnesota; MS=Mississippi; MO=Missouri; MT=Montana;
NE=Nebraska; NV=Nevada; NH=New Hampshire; NJ=New Jersey; NM=New Mexico; NY=New York;
NC=North Carolina; ND=North Dakota; OH=Ohio; OK=Oklahoma; OR=Oregon; PA=Pennsylvania;
RI=Rhode Island; SC=South Carolina; SD=South Dakota; TN=Tennessee; TX=Texas; UT=Utah;
VT=Vermont; VA=Virginia; WA=Washington; WV=West Virginia; WI=Wisconsin; WY=Wyoming;
AS=American Samoa; GU=Guam; MP=Northern Mariana Islands; PR=Puerto Rico;
UM=US Outlying Islands; VI=US Virgin Islands
"""
)
"""States and territories of the United States: the duties differ by state."""

PART_OF: Mapping[str, str] = {
    "AX": "FI",
    **dict.fromkeys(("GF", "GP", "MF", "MQ", "RE", "YT"), "FR"),
}
"""Codes of their own for places that belong to the EEA with the state that they are part of."""

OUTSIDE: Mapping[str, str] = {
    "FO": "self-governing within the Danish realm, and outside the Union and the EEA",
    "GL": "self-governing within the Danish realm, and outside the Union and the EEA",
    "SJ": "Norwegian; Svalbard is outside the EEA, Jan Mayen is not told apart by the code",
    **dict.fromkeys(
        ("BL", "NC", "PF", "PM", "TF", "WF"), "French, and outside the Union and the EEA"
    ),
    **dict.fromkeys(
        ("AW", "BQ", "CW", "SX"), "part of the Dutch kingdom, and outside the Union and the EEA"
    ),
    "GI": "British overseas, and outside the Union and the EEA",
    **dict.fromkeys(
        ("GG", "IM", "JE"), "a dependency of the British Crown: neither the UK nor the EEA"
    ),
}
"""Places that are easily taken for a part of the EEA or the UK, and what they are (unverified)."""

_ALIASES = {"EL": "GR", "UK": "GB", "EA": "ES", "IC": "ES"}
"""Codes in use beside ISO 3166-1: the Union's for Greece, and reserved ones."""

_NAMED_PARTS = {"DE": LAENDER, "US": US_STATES}

_PART = re.compile(r"[A-Z0-9]{1,3}")


def known_country(code: str) -> str:
    """Return the ISO 3166-1 code that is meant; `EL` is Greece.

    Raises ValueError naming the code and the nearest one where none exists.
    """
    code = _ALIASES.get(code, code)
    if code not in COUNTRIES:
        raise ValueError(
            f"{code[:40]!r} is no country code of ISO 3166-1{_nearest(code, COUNTRIES)}"
        )
    return code


def is_country(code: str) -> bool:
    """Tell whether a country has this code."""
    return code in COUNTRIES


def usual_country(code: object) -> object:
    """Return the ISO code for one in use beside it, `GB` for `UK`; another word of two capitals as it is.

    Settings are read whatever country they name, so that no slip stops a night's work and an old record
    can always be read. Raises ValueError, with the nearest code, for what has not the shape of one.
    """
    if not isinstance(code, str):
        return code
    found = _ALIASES.get(code, code)
    return found if re.fullmatch(r"[A-Z]{2}", found) else known_country(found)


def known_place(code: str) -> str:
    """Return the code of a country, or of a part of one such as `US-CA`.

    Raises ValueError for a country that does not exist, and for a German Land or a state of the US
    that does not; parts of other countries are taken as stated.
    """
    country, dash, part = code.partition("-")
    found = known_country(country)
    if not dash:
        return found
    parts = _NAMED_PARTS.get(found)
    if parts is not None and part not in parts:
        raise ValueError(f"{part[:40]!r} is no part of {COUNTRIES[found]}{_nearest(part, parts)}")
    if not _PART.fullmatch(part):
        raise ValueError(f"{code[:40]!r} is no code of ISO 3166-2, such as US-CA")
    return f"{found}-{part}"


def known_land(code: str) -> str:
    """Return the second part of a German Land's code, as it is; ValueError where there is none."""
    if code not in LAENDER:
        raise ValueError(f"{code[:40]!r} is no German Land{_nearest(code, LAENDER)}")
    return code


def country_of(place: str) -> str:
    """Return the country of a place, by the state it belongs to within the EEA: `RE` is France."""
    code = place.partition("-")[0]
    code = _ALIASES.get(code, code)
    return PART_OF.get(code, code)


def in_eea(place: str) -> bool:
    """Tell whether a place is in the European Economic Area."""
    return country_of(place) in EEA


def name_of(place: str) -> str:
    """Return the English name of a place; its code where nobody knows one."""
    country, _, part = place.partition("-")
    country = _ALIASES.get(country, country)
    name = COUNTRIES.get(country, country)
    return f"{part_name(place)} ({name})" if part else name


def part_name(place: str) -> str:
    """Return the English name of a part of a country, or its code where we have none."""
    country, _, part = place.partition("-")
    return _NAMED_PARTS.get(country, {}).get(part, part)


def _nearest(code: str, known: Mapping[str, str]) -> str:
    """Return the code that is likely meant: by a name in full, else by the letters."""
    wanted = code.casefold()
    by_name = {name.casefold(): each for each, name in known.items()}
    near = difflib.get_close_matches(wanted, by_name, n=1, cutoff=0.75)
    codes = [by_name[near[0]]] if near else _near_codes(code.upper(), known)
    if not codes:
        return ""
    return f"; the nearest: {', '.join(f'{one} ({known[one]})' for one in codes)}"


def _near_codes(code: str, known: Mapping[str, str]) -> list[str]:
    if code in known:
        return [code]
    begins = [one for one in known if known[one][:2].upper() == code[:2]] if len(code) > 1 else []
    near = difflib.get_close_matches(code, known, n=3, cutoff=0.5)
    return list(dict.fromkeys([*near, *begins]))[:3]
