"""From the first alert of a personal data breach to notices that can be proven."""

__version__ = "0.1.0"
