"""Invented incidents and partners for a first hour with breachkit; the figures come from real ones."""
