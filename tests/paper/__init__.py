"""Posters, stickers and slips on paper."""
