"""Gần Dân: the helper of a Vietnamese commune."""

__version__ = "0.1.0"
