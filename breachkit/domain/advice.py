"""Which blocks of advice fit a breach: by the data concerned, and by what happened to them."""

from collections.abc import Callable
from typing import Final

from breachkit.domain.asked import Flag
from breachkit.domain.categories import DATA, Advice

Has = Callable[..., Flag]
"""Tells whether any of some categories or kinds is concerned; of none, whether any is stated."""

_VIDEO: Final = ("media_stream", "cloud_record", "cloud_picture", "video")
_DEVICES: Final = (
    "device_id",
    "device_ip",
    "device_username",
    "device_password",
    "device_settings",
)
_ACCOUNT: Final = ("password", "credentials", "access_token", "app_secret", "app_id")
_BLOCKS: Final = {
    advice: tuple(name for name, one in DATA.items() if one.advice is advice) for advice in Advice
}


def advice_for(data: Has, groups: Has, kinds: Has) -> dict[str, Flag]:
    """Return the blocks of advice that fit categories of data and people, and kinds of breach.

    Advice against a stranger's eyes is given only where somebody may have read the data. While
    nobody has said which kind of breach it is, that has to be assumed.
    """
    secret = ~kinds() | kinds("confidentiality")
    return {
        "secret": secret,
        "unavailable": kinds("availability"),
        "altered": kinds("integrity"),
        "health": data("health", "employment_health"),
        "cameras": data(*_VIDEO),
        "devices": data(*_DEVICES),
        "children": groups("minors") & secret,
        "identity_document": secret & data(*_BLOCKS[Advice.IDENTITY_DOCUMENT]),
        "physical_safety": secret & data(*_BLOCKS[Advice.PHYSICAL_SAFETY]),
        "sensitive": secret & data(*_BLOCKS[Advice.SENSITIVE]),
        **_by_category(secret, data),
    }


def _by_category(secret: Flag, data: Has) -> dict[str, Flag]:
    """Return the blocks that hang on one category or a few."""
    return {
        "payment": secret & data("payment"),
        "financial": secret & data("financial"),
        "password": secret & data("password"),
        "codes": secret & data("credentials") & ~data("password"),
        "app_secret": secret & data("app_secret"),
        "tokens": secret & data("access_token", "credentials", "app_secret"),
        "signed_in": secret & data("access_token"),
        "device_account": secret & data(*_DEVICES),
        "device_login": secret & data("device_username", "device_password"),
        "video": secret & data(*_VIDEO),
        "home_access": secret & data("home_access"),
        "account": secret & data(*_ACCOUNT, *_VIDEO, *_DEVICES),
    }
