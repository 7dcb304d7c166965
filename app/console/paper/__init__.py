"""Printing posters, stickers and slips, many at a time."""
