"""Questions in words: what to ask for a fact on which it hangs whether a duty is owed."""

from collections.abc import Mapping
from typing import Final

PARTNER_QUESTIONS: Final[Mapping[str, str]] = {
    "establishments": "in which countries is {name} established?",
    "manufacturer": "is {name} the manufacturer of products with digital elements sold in the Union?",
    "nis2": "what kind of entity is {name} under the NIS2 directive?",
    "financial": "what kind of financial entity is {name} under DORA?",
    "hipaa": "what is {name} under the US health privacy rules?",
    "china": "what is {name} under the Chinese rules on incidents and vulnerabilities?",
    "small_scale": "is {name} a small processing agent under Brazilian law?",
    "telecom": "does {name} provide public electronic communications services?",
    "high_risk_ai": "does {name} provide high-risk AI systems?",
}
"""What to ask about each line of a partner's profile."""

_FACTS: Final[Mapping[str, str]] = {
    "capacity": "do we process these data for the partner, or decide on them ourselves?",
    "controller.country": "in which country is the controller established?",
    "countries": "in which countries do the people concerned live?",
    "countries.*.people": "how many people are concerned there?",
    "data.*.protection.state": "were these data encrypted or otherwise made unreadable?",
    "data.*.protection.key_state": "is the key to these data safe?",
    "origin.kind": "where does the breach come from: from us, or from somebody else?",
    "people": "how many people are concerned?",
    "product.vulnerability.description": "what is the vulnerability of our product?",
    "product.vulnerability.exploited": "is the vulnerability of our product being exploited?",
    "risk.people": "is a high risk to people likely?",
    "risk.exemption": "does one of the exceptions of Article 34(3) hold, so that people need not be told?",
    "standard_clauses": "which standard contractual clauses bind us and the partner?",
    "status.personal_data": "were personal data affected?",
    "status.security_measures": "were agreed security measures breached?",
}
"""By path as a scope sees it; `*` stands for any key."""


def ask_for(path: str) -> str:
    """Return the question that a fact answers; one of a law of the workspace's own is asked by its path."""
    parts = path.split(".")
    own = parts[2:] if parts[0] == "scopes" and len(parts) > 2 else parts
    starred = [own[0], "*", *own[2:]] if len(own) > 2 else own
    for name in (".".join(own), ".".join(starred)):
        if name in _FACTS:
            return _FACTS[name]
    return f"what is to be said of {path}?"
