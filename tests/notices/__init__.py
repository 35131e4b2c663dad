"""Tests of the notices that breachkit ships: real law, real wording, real renderer."""
