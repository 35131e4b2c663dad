"""The tests, in the order of the floors that they test."""
