"""Reads the tables that provinces publish, says what would change, and writes it into the local layer when told to."""
