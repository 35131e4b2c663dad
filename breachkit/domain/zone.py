"""Time zones by their name. Standard library only, so that `status` can ask at once."""

from datetime import UTC, tzinfo


def named_zone(name: object) -> tzinfo:
    """Return the zone of `UTC` or an IANA name; ValueError for anything else, be it a path or a number."""
    if name == "UTC":
        return UTC
    if isinstance(name, str) and name:
        from zoneinfo import ZoneInfo  # here, because a workspace in UTC needs none

        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass
    shown = name if isinstance(name, str) and name else repr(name)
    raise ValueError(f"{str(shown)[:60]} is not a time zone; write one like Europe/Berlin")
