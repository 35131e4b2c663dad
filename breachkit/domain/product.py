"""The product or the service that an incident concerns, as its manufacturer or operator reports it."""

from pydantic import Field

from breachkit.domain.fact import Fact
from breachkit.domain.text import Country, Line, Text


class Vulnerability(Fact):
    """A weakness in a product with digital elements (Art. 14 of the Cyber Resilience Act)."""

    id: Line | None = Field(None, description="such as CVE-2026-1234")
    published: bool | None = Field(None, description="whether it is public knowledge")
    exploited: bool | None = Field(None, description="reliable evidence of active exploitation")
    description: Text | None = None
    exploit: Text | None = Field(None, description="in general terms, how it is exploited")
    actor: Text | None = Field(None, description="who exploits it, where known")
    user_measures: Text | None = Field(None, description="what users can do")


class Product(Fact):
    """The product concerned, as its manufacturer reports it: never an installation at a customer."""

    name: Line | None = None
    versions: Line | None = None
    vulnerability: Vulnerability | None = None
    made_available_in: list[Country] | None = Field(None, description="Member States")
    incident: Text | None = Field(None, description="what happened, naming no customer")
    severity: Text | None = None
    impact: Text | None = Field(None, description="what it does to the product and its users")
    root_cause: Text | None = Field(None, description="type of threat or root cause")
    mitigation: Text | None = Field(None, description="corrective or mitigating measures")
    user_measures: Text | None = Field(None, description="what users can do")
    sensitivity: Text | None = Field(None, description="how sensitive the information is")


class Service(Fact):
    """What an incident does to a regulated service, as its operator reports it."""

    description: Text | None = None
    severity: Text | None = None
    impact: Text | None = None
    cross_border: Text | None = Field(None, description="effects in other states")
    indicators: Text | None = Field(None, description="indicators of compromise")
    root_cause: Text | None = None
    mitigation: Text | None = None
    progress: Text | None = Field(None, description="state of an incident that goes on")
    user_measures: Text | None = Field(None, description="what recipients of the service can do")
    ransom: Text | None = Field(None, description="what was demanded, or that nothing was")
    needs: Text | None = Field(None, description="help that is asked for")
