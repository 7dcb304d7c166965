"""Tests of what a ward set itself."""
