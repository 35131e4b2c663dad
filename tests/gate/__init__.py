"""The gate of notices: who may review and release, and what left without it."""
