"""Tests of the project as a whole: its layout, imports, locks, templates and tracked files."""
