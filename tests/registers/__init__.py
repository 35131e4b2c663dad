"""Registers that releases have left behind; every later release must replay them."""
