"""Which blocks of advice fit a breach: by the data concerned, and by what happened to them."""

from collections.abc import Collection

from breachkit.domain.categories import DATA, Advice

_VIDEO = frozenset({"media_stream", "cloud_record", "cloud_picture", "video"})
_DEVICES = frozenset(
    {"device_id", "device_ip", "device_username", "device_password", "device_settings"}
)
_ACCOUNT = frozenset({"password", "credentials", "access_token", "app_secret", "app_id"})


def advice_for(
    data: Collection[str], groups: Collection[str], kinds: Collection[str]
) -> dict[str, bool]:
    """Return the blocks of advice that fit categories of data and people, and kinds of breach.

    Advice against a stranger's eyes is given only where somebody may have read the data. While
    nobody has said which kind of breach it is, that has to be assumed.
    """
    secret = not kinds or "confidentiality" in kinds
    found = frozenset(data) if secret else frozenset()
    blocks = {DATA[category].advice for category in found if category in DATA}
    return {
        "secret": secret,
        "unavailable": "availability" in kinds,
        "altered": "integrity" in kinds,
        "health": bool({"health", "employment_health"} & set(data)),
        "cameras": bool(_VIDEO & set(data)),
        "devices": bool(_DEVICES & set(data)),
        "children": "minors" in groups and secret,
        "identity_document": Advice.IDENTITY_DOCUMENT in blocks,
        "physical_safety": Advice.PHYSICAL_SAFETY in blocks,
        "sensitive": Advice.SENSITIVE in blocks,
        **_by_category(found),
    }


def _by_category(found: frozenset[str]) -> dict[str, bool]:
    """Return the blocks that hang on one category or a few."""
    devices = bool(found & (_VIDEO | _DEVICES))
    return {
        "payment": "payment" in found,
        "financial": "financial" in found,
        "password": "password" in found,
        "codes": "credentials" in found and "password" not in found,
        "app_secret": "app_secret" in found,
        "tokens": bool(found & {"access_token", "credentials", "app_secret"}),
        "signed_in": "access_token" in found,
        "device_account": bool(found & _DEVICES),
        "device_login": bool(found & {"device_username", "device_password"}),
        "video": bool(found & _VIDEO),
        "home_access": "home_access" in found,
        "account": bool(found & _ACCOUNT) or devices,
    }
