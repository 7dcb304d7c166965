"""The conversation: understand, decide, answer from the catalog, remember, record."""
