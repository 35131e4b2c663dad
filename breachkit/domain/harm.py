"""How grave it is for people when data about them are disclosed: kind, people, numbers, identification.

Grades: 0 none, 1 slight, 2 limited, 3 significant, 4 severe. They are our own order (derived) of what
Recitals 75 and 85 and Guidelines 9/2022 paras 103-121 tell us to weigh.
"""

from collections.abc import Iterable

from breachkit.domain.categories import DATA
from breachkit.domain.count import extent
from breachkit.domain.factor import EVERY, Evidence, Factor, Weight
from breachkit.domain.protection import is_unintelligible
from breachkit.domain.span import Span, sure
from breachkit.domain.standing import Standing

SEVERE = frozenset(key for key, category in DATA.items() if category.sensitive) | {
    *("criminal", "identification", "official_documents", "payment", "location", "home_access"),
    *("password", "device_password", "app_secret", "access_token", "credentials"),
    *("video", "media_stream", "cloud_record", "cloud_picture"),
}
"""Data whose disclosure can do serious harm by itself: special categories, what opens an account, an
identity or a home, and pictures of private life."""

SIGNIFICANT = frozenset({"financial", "orders", "profile", "family", "profile_picture"})
"""Data that say something about a person's life or means."""

IDENTIFYING = frozenset(
    (
        *("name", "email", "basic", "mobile_phone", "telephone", "contact_details"),
        *("identification", "official_documents", "passport_copy", "profile_picture", "biometric"),
    )
)
"""Data that tell whose they and the data beside them are."""

VULNERABLE = frozenset({"minors", "patients", "vulnerable", "military"})
DEPENDENT = frozenset({"employees", "partner_employees", "students"})
"""People in a weaker position, or among whom minors may be."""

CONTACT = frozenset({"contact_details", "email", "mobile_phone", "telephone"})
"""Data by which people are reached; beside names and dates of birth they serve to pass for somebody."""

TELLING = SIGNIFICANT | {
    *(key for key, category in DATA.items() if category.sensitive and key != "passport_copy"),
    *("criminal", "location", "video", "media_stream", "cloud_record", "cloud_picture"),
}
"""Data that harm by what they tell, and so less where they tell little; a password tells nothing."""

FEW, VERY_MANY = 100, 10_000
"""Up to so many people are few, the number of ENISA's flag, and from so many on they raise what is
significant; the law gives no number (derived)."""

_CITED = "Guidelines 9/2022 paras 103-121"


def severity(evidence: Evidence, key: str) -> Span:
    """Return how grave a disclosure of one kind of data would be."""
    content = _content(evidence, key)
    grade = _for_people(evidence, _identified(evidence, key, content))
    low, high = number_of_people(evidence)
    return Span(_multiplied(grade.low, low), _multiplied(grade.high, high))


def number_of_people(evidence: Evidence) -> tuple[float, float]:
    """Return the least and the most people that are concerned.

    Groups together are the least while the total is not stated: nobody says that they are all.
    """
    low, high = extent(evidence.leaf("people"))
    counts = [evidence.leaf(f"groups.{key}.people") for key in evidence.keys("groups")]
    return max(low, min(high, sum(extent(count)[0] for count in counts))), high


def tells_little(evidence: Evidence, key: str) -> bool:
    """Tell whether data that harm by what they tell are stated to tell little."""
    category, insight = (evidence.text(f"data.{key}.{part}") for part in ("category", "insight"))
    return category in TELLING and insight == "little"


def identifiers(evidence: Evidence) -> frozenset[str]:
    """Return the categories among the data that tell whose they are."""
    found = {evidence.text(f"data.{key}.category") for key in evidence.keys("data")}
    return IDENTIFYING.intersection(one for one in found if one)


def is_coded(evidence: Evidence, key: str) -> bool | None:
    """Tell whether pseudonyms still hide people: not once their key is out (Recital 85)."""
    state, key_state = (
        evidence.text(f"data.{key}.protection.{one}") for one in ("state", "key_state")
    )
    if state not in {None, "pseudonymised"}:
        return True
    safe = None if key_state is None else key_state == "safe"
    return safe if state or safe else None


def groups_of(evidence: Evidence) -> tuple[str | None, ...]:
    """Return the category of each group of people; None for one that nobody has named."""
    return tuple(evidence.text(f"groups.{key}.category") for key in evidence.keys("groups"))


def harm_factors(evidence: Evidence, keys: Iterable[str]) -> tuple[Factor, ...]:
    """Return what the data and the people say."""
    found: list[Factor] = []
    for key in keys:
        found += [_content_factor(evidence, key), _identification_factor(evidence, key)]
    return (*found, _people_factor(evidence), _number_factor(evidence))


def _content(evidence: Evidence, key: str) -> Span:
    category = evidence.text(f"data.{key}.category")
    if evidence.yes(f"data.{key}.public"):
        # Public data can still be sensitive, and the list that they stand on may say something new.
        return Span(0, 1) if category in {None, "other"} else sure(1 if category in SEVERE else 0)
    if category in {None, "other"}:
        return Span(_ordinary(evidence).low, 4)
    if tells_little(evidence, key):
        return _ordinary(evidence)
    if category in SEVERE:
        return sure(4)
    if category in SIGNIFICANT:
        return _together(evidence, key)
    grade = _ordinary(evidence)
    return Span(grade.low + 1, grade.high + 1) if _is_identity(evidence, category) else grade


def _is_identity(evidence: Evidence, category: str | None) -> bool:
    """Tell whether names and dates of birth stand beside the ways to reach people."""
    others = (one for one in evidence.keys("data") if not is_unintelligible(evidence, one))
    found = {evidence.text(f"data.{one}.category") for one in others}
    return category == "basic" and bool(found & CONTACT)


def _multiplied(grade: float, people: float) -> float:
    """Return a grade for so many people: very many raise what is significant for each."""
    return min(4, grade + 1) if grade >= 3 and people > VERY_MANY else grade


def _ordinary(evidence: Evidence) -> Span:
    low, high = number_of_people(evidence)
    return Span(2 if low > FEW else 1, 2 if high > FEW else 1)


def _together(evidence: Evidence, key: str) -> Span:
    """Return the grade of significant data: beside another kind that can be read they make a profile."""
    own = evidence.text(f"data.{key}.category")
    beside = [_is_beside(evidence, one, own) for one in evidence.keys("data") if one != key]
    return Span(4 if True in beside else 3, 3 if set(beside) <= {False} else 4)


def _is_beside(evidence: Evidence, key: str, own: str | None) -> bool | None:
    """Tell whether data of another kind add to a profile; None while that is open."""
    category = evidence.text(f"data.{key}.category")
    hidden = is_unintelligible(evidence, key)
    plain = category == own or category not in {None, "other", *SIGNIFICANT}
    if hidden or plain or tells_little(evidence, key) or evidence.yes(f"data.{key}.public"):
        return False
    return True if category in SIGNIFICANT and hidden is False else None


def _identified(evidence: Evidence, key: str, grade: Span) -> Span:
    """Return a grade, lower where those who have the data can hardly tell whose they are."""
    stated = evidence.text(f"data.{key}.identifiability")
    if stated == "negligible" and (coded := is_coded(evidence, key)) is not False:
        return Span(_lowered(grade.low, 2), _lowered(grade.high, 2) if coded else grade.high)
    if stated or identifiers(evidence):
        return grade
    return Span(_lowered(grade.low, 1), grade.high)


def _lowered(grade: float, steps: int) -> float:
    return max(min(grade, 1), grade - steps)


def _for_people(evidence: Evidence, grade: Span) -> Span:
    groups = groups_of(evidence)
    if grade.high == 0 or any(one in VULNERABLE for one in groups):
        return Span(_raised(grade.low), _raised(grade.high))
    low, high = grade.low, grade.high
    if any(one in DEPENDENT for one in groups):
        low, high = max(low, 2), max(high, 2)
    if any(one in {None, "other", "students"} for one in groups):
        high = max(high, _raised(grade.high))
    return Span(low, high)


def _raised(grade: float) -> float:
    return min(4, grade + 1) if grade else 0


def _content_factor(evidence: Evidence, key: str) -> Factor:
    path, public, insight = (f"data.{key}.{one}" for one in ("category", "public", "insight"))
    category, known = evidence.text(path), evidence.yes(public)
    little = ", but tell little" if tells_little(evidence, key) else ""
    grade = _content(evidence, key)
    missing = (path,) if category in {None, "other"} else ()
    weight = Weight.TOWARDS if grade.low > 2 else Weight.AGAINST
    return Factor(
        f"nature of the data ({key})",
        _content_words(category, grade) + little + (", and were public before" if known else ""),
        (path, public, insight),
        Weight.UNKNOWN if missing and not known else weight,
        "Article 9; Recital 75; Guidelines 9/2022 paras 74-79, 103-121",
        Standing.UNVERIFIED,
        missing,
    )


def _content_words(category: str | None, grade: Span) -> str:
    if category is None:
        return "not said which data they are"
    named = {4: ": severe by itself", 3: ": says something of a person's life or means"}
    special = ", special or sensitive category (Article 9)" if DATA[category].sensitive else ""
    return DATA[category].label + named.get(int(grade.low), "") + special


def _identification_factor(evidence: Evidence, key: str) -> Factor:
    path = f"data.{key}.identifiability"
    stated = evidence.text(path)
    found = identifiers(evidence)
    named, settled = bool(found), len(found) > 1 or "basic" in found
    says = f"{stated}, as stated" if stated else "the data beside it name people" if named else ""
    unsaid = "not known how easily people are identified"
    weight = Weight.AGAINST if stated in {"negligible", "limited"} else Weight.TOWARDS
    if stated == "limited":
        weight = Weight.NEUTRAL
    missing = () if stated or settled else (path,)
    return Factor(
        f"ease of identification ({key})",
        says or unsaid,
        (path, *(f"data.{one}.category" for one in evidence.keys("data") if one != EVERY)),
        weight if stated or named else Weight.UNKNOWN,
        _CITED,
        Standing.UNVERIFIED,
        missing,
    )


def _people_factor(evidence: Evidence) -> Factor:
    keys, groups = evidence.keys("groups"), groups_of(evidence)
    paths = tuple(f"groups.{key}.category" for key in keys)
    open_ = tuple(path for path, one in zip(paths, groups, strict=True) if one in {None, "other"})
    weak = [one for one in groups if one in VULNERABLE | DEPENDENT]
    says = ", ".join(one.replace("_", " ") for one in groups if one) or "not said who they are"
    says += ": among them people in need of protection or in a weaker position" if weak else ""
    weight = Weight.TOWARDS if weak else Weight.UNKNOWN if open_ else Weight.AGAINST
    return Factor(
        "vulnerability of the people", says, paths, weight, _CITED, Standing.UNVERIFIED, open_
    )


def _number_factor(evidence: Evidence) -> Factor:
    low, high = number_of_people(evidence)
    paths = ("people", *(f"groups.{key}.people" for key in evidence.keys("groups")))
    few = f"few are up to {FEW}, the number of ENISA's flag"
    if low > FEW:
        many = VERY_MANY if low > VERY_MANY else FEW
        says, weight = f"more than {many:,} people ({few})", Weight.TOWARDS
    elif high <= FEW:
        says, weight = f"at most {high:,.0f} people ({few})", Weight.AGAINST
    else:
        says, weight = f"not known whether many or few ({few})", Weight.UNKNOWN
    missing = ("people",) if any(low <= one < high for one in (FEW, VERY_MANY)) else ()
    return Factor("number of people", says, paths, weight, _CITED, Standing.UNVERIFIED, missing)
