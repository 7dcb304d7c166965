"""Residential groups: names, other ways of saying them, lists pasted at once."""
