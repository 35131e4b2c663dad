"""`python -m breachkit` is `breachkit`."""

from breachkit.cli import main

main()
