"""Groups of countries that laws name at once."""

from collections.abc import Mapping
from typing import Final

EU: Final = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
"""Member States of the European Union."""

EEA: Final = EU | {"IS", "LI", "NO"}
"""The European Economic Area."""

OUTERMOST: Final = frozenset(("AX", "GF", "GP", "MF", "MQ", "RE", "YT"))
"""Parts of Member States with a code of their own in which Union law applies (derived)."""

REGIONS: Final[Mapping[str, frozenset[str]]] = {
    "EU": EU | OUTERMOST,
    "EEA": EEA | OUTERMOST,
}
"""Each group by the name under which law files may use it."""
