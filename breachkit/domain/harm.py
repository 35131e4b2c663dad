"""How grave it is for people when data about them are disclosed: kind, people, numbers, identification.

Grades: 0 none, 1 slight, 2 limited, 3 significant, 4 severe. They are our own order (derived) of what
Recitals 75 and 85 and Guidelines 9/2022 paras 103-121 tell us to weigh.
"""

from collections.abc import Iterable

from breachkit.domain.categories import DATA
from breachkit.domain.count import extent
from breachkit.domain.factor import EVERY, Evidence, Factor, Weight
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

FEW = 100
"""Up to so many people are few: the number of ENISA's flag; the law gives none (derived)."""

_CITED = "Guidelines 9/2022 paras 103-121"


def severity(evidence: Evidence, key: str) -> Span:
    """Return how grave a disclosure of one kind of data would be."""
    content = _content(evidence, key)
    return _for_people(evidence, _identified(evidence, key, content))


def number_of_people(evidence: Evidence) -> tuple[float, float]:
    """Return the least and the most people that are concerned.

    Groups together are the least while the total is not stated: nobody says that they are all.
    """
    low, high = extent(evidence.leaf("people"))
    counts = [evidence.leaf(f"groups.{key}.people") for key in evidence.keys("groups")]
    return max(low, min(high, sum(extent(count)[0] for count in counts))), high


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
    if category in SEVERE:
        return sure(4)
    if category in SIGNIFICANT:
        return _together(evidence)
    return _ordinary(evidence)


def _ordinary(evidence: Evidence) -> Span:
    low, high = number_of_people(evidence)
    return Span(2 if low > FEW else 1, 2 if high > FEW else 1)


def _together(evidence: Evidence) -> Span:
    """Return the grade of significant data: two kinds of them together make a profile."""
    found = [evidence.text(f"data.{key}.category") for key in evidence.keys("data")]
    sure_ones = len(SIGNIFICANT.intersection(one for one in found if one))
    possible = sum(one in {None, "other"} for one in found)
    return Span(4 if sure_ones > 1 else 3, 4 if sure_ones + possible > 1 else 3)


def _identified(evidence: Evidence, key: str, grade: Span) -> Span:
    """Return a grade, one lower where those who have the data can hardly tell whose they are."""
    stated = evidence.text(f"data.{key}.identifiability")
    lower = Span(*(max(min(end, 1), end - 1) for end in (grade.low, grade.high)))
    if stated == "negligible":
        return lower
    if stated or _is_identifying(evidence):
        return grade
    return Span(lower.low, grade.high)


def _is_identifying(evidence: Evidence) -> bool:
    found = (evidence.text(f"data.{key}.category") for key in evidence.keys("data"))
    return any(one in IDENTIFYING for one in found)


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
    path, public = f"data.{key}.category", f"data.{key}.public"
    category, known = evidence.text(path), evidence.yes(public)
    grade = _content(evidence, key)
    missing = (path,) if category in {None, "other"} else ()
    weight = Weight.TOWARDS if grade.low > 2 else Weight.AGAINST
    return Factor(
        f"nature of the data ({key})",
        _content_words(category, grade) + (", and they were public before" if known else ""),
        (path, public),
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
    named = _is_identifying(evidence)
    says = f"{stated}, as stated" if stated else "the data beside it name people" if named else ""
    unsaid = "not known how easily people are identified"
    weight = Weight.AGAINST if stated in {"negligible", "limited"} else Weight.TOWARDS
    if stated == "limited":
        weight = Weight.NEUTRAL
    missing = () if stated or named else (path,)
    return Factor(
        f"ease of identification ({key})",
        says or unsaid,
        (path, *(f"data.{one}.category" for one in evidence.keys("data") if one != EVERY)),
        Weight.UNKNOWN if missing else weight,
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
        says, weight = f"more than {FEW} people ({few})", Weight.TOWARDS
    elif high <= FEW:
        says, weight = f"at most {high:,.0f} people ({few})", Weight.AGAINST
    else:
        says, weight = f"not known whether many or few ({few})", Weight.UNKNOWN
    missing = ("people",) if weight is Weight.UNKNOWN else ()
    return Factor("number of people", says, paths, weight, _CITED, Standing.UNVERIFIED, missing)
