"""Categories of people and of data: Appendix 1 of the agreement, and the authorities' common template.

The sentences for people are ours; the options are the words of the EDPB template (version 1.0,
CC BY 4.0), so that a filing can repeat them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Advice(StrEnum):
    """What a person can do about data of this kind; each has its own block in a notice."""

    CREDENTIALS = "credentials"
    CONTACT = "contact"
    PAYMENT = "payment"
    IDENTITY_DOCUMENT = "identity_document"
    SENSITIVE = "sensitive"
    PHYSICAL_SAFETY = "physical_safety"
    DEVICE_ACCOUNT = "device_account"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Category:
    """A category of personal data, as notices name it."""

    label: str
    option: str
    """The option of row 70 of the common template, by its beginning."""
    advice: Advice = Advice.NONE
    appendix_1: bool = False
    """Listed in Appendix 1 of the agreement."""
    sensitive: bool = False
    """Sensitive data in the sense of the agreement, or a special category of Art. 9 GDPR."""


_BASIC, _CONTACT, _OTHER = "Basic data", "Contact details", "Additional data types"
_CREDENTIALS, _PROFILE = "User credentials", "Profile data"

DATA: dict[str, Category] = {
    "email": Category("e-mail addresses", _CONTACT, Advice.CONTACT, appendix_1=True),
    "password": Category("account passwords", _CREDENTIALS, Advice.CREDENTIALS, appendix_1=True),
    "name": Category("first and last names", _BASIC, appendix_1=True),
    "company_name": Category("company names", _BASIC, appendix_1=True),
    "mobile_phone": Category("mobile telephone numbers", _CONTACT, Advice.CONTACT, appendix_1=True),
    "website": Category("websites", _OTHER, appendix_1=True),
    "country_region": Category("country or region", _BASIC, appendix_1=True),
    "app_id": Category("application identifiers (AppId)", _CREDENTIALS, appendix_1=True),
    "app_secret": Category(
        "application secrets (AppSecret)", _CREDENTIALS, Advice.CREDENTIALS, appendix_1=True
    ),
    "access_token": Category("access and session tokens", _CREDENTIALS, Advice.DEVICE_ACCOUNT),
    "device_id": Category("device identifiers", _OTHER, Advice.DEVICE_ACCOUNT, appendix_1=True),
    "device_ip": Category(
        "IP addresses of devices", _OTHER, Advice.DEVICE_ACCOUNT, appendix_1=True
    ),
    "device_mac": Category("MAC addresses of devices", _OTHER, appendix_1=True),
    "device_username": Category(
        "user names of devices", _CREDENTIALS, Advice.DEVICE_ACCOUNT, appendix_1=True
    ),
    "device_password": Category(
        "passwords of devices", _CREDENTIALS, Advice.DEVICE_ACCOUNT, appendix_1=True
    ),
    "media_stream": Category(
        "live video and audio from cameras", _OTHER, Advice.PHYSICAL_SAFETY, appendix_1=True
    ),
    "cloud_record": Category(
        "video recordings kept in the cloud", _OTHER, Advice.PHYSICAL_SAFETY, appendix_1=True
    ),
    "cloud_picture": Category(
        "pictures kept in the cloud", _OTHER, Advice.PHYSICAL_SAFETY, appendix_1=True
    ),
    "video": Category("camera video, live or recorded", _OTHER, Advice.PHYSICAL_SAFETY),
    "device_settings": Category("controls and settings of devices", _OTHER, Advice.DEVICE_ACCOUNT),
    "push_id": Category("push notification identifiers", _OTHER, appendix_1=True),
    "app_type": Category("types of application", _OTHER, appendix_1=True),
    "app_name": Category("names of applications", _OTHER, appendix_1=True),
    "app_industry": Category("industries of applications", _OTHER, appendix_1=True),
    "app_logo": Category("logos of applications", _OTHER, appendix_1=True),
    "passport_copy": Category(
        "copies of passports",
        "Official documents",
        Advice.IDENTITY_DOCUMENT,
        appendix_1=True,
        sensitive=True,
    ),
    "basic": Category("basic data such as names and dates of birth", _BASIC),
    "telephone": Category("telephone numbers", _CONTACT, Advice.CONTACT),
    "family": Category("family and household relations", _OTHER),
    "profile_picture": Category("profile pictures", _PROFILE),
    "orders": Category("orders and purchases", _OTHER),
    "contact_details": Category("contact details", _CONTACT, Advice.CONTACT),
    "home_access": Category("details of how to enter a home", _OTHER, Advice.PHYSICAL_SAFETY),
    "biometric": Category("biometric data", "Biometric data", Advice.SENSITIVE, sensitive=True),
    "criminal": Category(
        "data on criminal convictions or offences", "Criminal convictions", Advice.SENSITIVE
    ),
    "political_opinions": Category(
        "political opinions", "Data revealing political", Advice.SENSITIVE, sensitive=True
    ),
    "ethnic_origin": Category(
        "racial or ethnic origin", "Data revealing racial", Advice.SENSITIVE, sensitive=True
    ),
    "beliefs": Category(
        "religious or philosophical beliefs",
        "Data revealing religious",
        Advice.SENSITIVE,
        sensitive=True,
    ),
    "sex_life": Category(
        "sex life or sexual orientation", "Data revealing sex", Advice.SENSITIVE, sensitive=True
    ),
    "trade_union": Category(
        "trade union membership", "Data revealing trade", Advice.SENSITIVE, sensitive=True
    ),
    "genetic": Category("genetic data", "Genetic data", Advice.SENSITIVE, sensitive=True),
    "health": Category("health data", "Health data", Advice.SENSITIVE, sensitive=True),
    "financial": Category("economic and financial data", "Economic and financial", Advice.PAYMENT),
    "employment_health": Category(
        "health data of employees", "Employment related", Advice.SENSITIVE, sensitive=True
    ),
    "identification": Category(
        "national identification numbers", "Identification data", Advice.IDENTITY_DOCUMENT
    ),
    "location": Category("location data", "Location data", Advice.PHYSICAL_SAFETY),
    "official_documents": Category(
        "copies of official documents", "Official documents", Advice.IDENTITY_DOCUMENT
    ),
    "payment": Category("payment card or bank data", "Payment methods", Advice.PAYMENT),
    "profile": Category("profile data", _PROFILE),
    "credentials": Category("user names and access codes", _CREDENTIALS, Advice.CREDENTIALS),
    "other": Category("other data", _OTHER),
}
"""Every category of personal data, by the key that facts use."""

GROUPS: dict[str, tuple[str, str]] = {
    "partner": ("the partner itself", "Customers"),
    "partner_employees": ("the partner's employees or self-employed workers", "Employees"),
    "partner_customers": ("the partner's customers", "Customers"),
    "partner_partners": ("the partner's own partners", "Additional"),
    "end_users": ("end users", "Users"),
    "customers": ("customers, current or prospective", "Customers"),
    "employees": ("employees, current, former or candidates", "Employees"),
    "military": ("military or law enforcement staff", "Military"),
    "minors": ("minors", "Minors"),
    "patients": ("patients", "Patients"),
    "students": ("students", "Students"),
    "subscribers": ("subscribers", "Subscribers"),
    "users": ("users", "Users"),
    "vulnerable": ("vulnerable people", "Vulnerable"),
    "citizens": ("citizens", "Additional"),
    "depicted": ("people who can be seen in pictures or video", "Additional"),
    "other": ("other people", "Additional"),
}
"""Every category of people: its label, and the option of row 65 by its beginning."""

APPROVED_SUBPROCESSORS = (
    "Amazon Web Services, Inc.",
    "阿里云计算有限公司",
    "Azure",
    "北京金山云网络技术有限公司",
)
"""Appendix 3 of the agreement, version of 23 November 2021; a workspace names its own."""

APPROVED_AFFILIATE = "Hangzhou Huacheng"
"""How the name of the affiliate begins that Article 5.1 of the same version consents to."""
