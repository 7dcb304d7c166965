"""Questions that were not answered well: grouped by meaning, turned into new ways of asking, or put aside."""
