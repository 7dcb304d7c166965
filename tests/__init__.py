"""Tests. Folders mirror app/ and bots/; the others are named in tests/structure/test_layout.py."""
