"""Whether data are unintelligible to whoever has them: state, method, key and coverage together."""

import re

from breachkit.domain.factor import Evidence, Factor, Weight
from breachkit.domain.span import Span, sure
from breachkit.domain.standing import Standing

_WEAK = re.compile(
    r"(?<![a-z0-9])(md[245]|sha-?[01]|(3|triple)?-?des|rc[24]|crc\d*|base-?64|rot-?13|xor|ecb|lm|ntlm"
    r"|zipcrypto|unsalted|no salt|weak|broken|outdated|obsolete)(?![a-z0-9])"
)
"""Methods that are no longer state of the art, as their names are written."""

_SLOW = re.compile(r"bcrypt|scrypt|argon|pbkdf|hmac|keyed|pepper")
"""Hashes that take an attacker long, or nothing at all without a key."""

_UNREADABLE = {"encrypted", "hashed", "unintelligible"}
_PARTS = ("state", "method", "key_state", "coverage")

CITATION = "Article 34(3)(a); Guidelines 9/2022 paras 74-79, 112"


def is_weak(method: str) -> bool:
    """Tell whether a method is known to be broken or outdated."""
    return bool(_WEAK.search(method.casefold()))


def is_unintelligible(evidence: Evidence, key: str) -> bool | None:
    """Tell whether data of a kind cannot be read by whoever has them; None while that is open.

    It takes all of: a state that makes them so, a method that is state of the art, a key that is
    safe, and all of the data covered. Pseudonymisation alone never does (Guidelines 9/2022 para 112).
    """
    if objections(evidence, key):
        return False
    return None if None in _parts(evidence, key) else True


def objections(evidence: Evidence, key: str) -> tuple[str, ...]:
    """Return the facts because of which data of a kind can be read all the same."""
    state, method, key_state, coverage = _parts(evidence, key)
    against = {
        "state": state is not None and state not in _UNREADABLE,
        "method": method is not None and is_weak(method),
        "key_state": key_state in {"exposed", "bypassed"},
        "coverage": coverage == "part",
    }
    return tuple(f"data.{key}.protection.{part}" for part, said in against.items() if said)


def through(evidence: Evidence, key: str, reach: Span) -> Span:
    """Return how likely a misuse is once the protection of a kind of data is in its way."""
    answer = is_unintelligible(evidence, key)
    if answer:
        return sure(0)
    lowest = reach.low if answer is False else 0.0
    if _is_slow_hash(evidence, key):
        return Span(max(0, min(lowest, reach.low - 1)), reach.high)
    return Span(lowest, reach.high)


def protection_factor(evidence: Evidence, key: str) -> Factor:
    """Return what the protection of a kind of data says."""
    paths = tuple(f"data.{key}.protection.{part}" for part in _PARTS)
    answer = is_unintelligible(evidence, key)
    state, method, key_state, coverage = _parts(evidence, key)
    said = [state or "not known whether protected"]
    said += [f"by {method}" + (", which is weak" if is_weak(method) else "")] if method else []
    said += [f"key {key_state}"] if key_state else []
    said += [f"{coverage} of it covered"] if coverage else []
    missing = () if answer is False else evidence.missing(*paths)
    weight = Weight.AGAINST if answer else Weight.TOWARDS if answer is False else Weight.UNKNOWN
    return Factor(
        f"protection and key ({key})",
        ", ".join(said) + _concluded(answer, state),
        paths,
        weight,
        CITATION,
        Standing.SECONDARY,
        missing,
    )


def _concluded(answer: bool | None, state: str | None) -> str:
    if answer:
        return ": unintelligible to others"
    if state == "anonymised":
        return ": truly anonymous data are no personal data, others are pseudonymised: which is it"
    if answer is None:
        return ""
    return ": can be read" if state in _UNREADABLE | {"none"} else ": not unintelligible by that"


def _parts(evidence: Evidence, key: str) -> tuple[str | None, ...]:
    return tuple(evidence.text(f"data.{key}.protection.{part}") for part in _PARTS)


def _is_slow_hash(evidence: Evidence, key: str) -> bool:
    state, method, key_state, _ = _parts(evidence, key)
    slow = bool(method and _SLOW.search(method.casefold()) and not is_weak(method))
    return state == "hashed" and slow and key_state not in {"exposed", "bypassed"}
