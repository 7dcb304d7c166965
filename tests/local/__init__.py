"""Tests of local facts."""
