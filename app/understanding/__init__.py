"""Vietnamese text → intent, procedure, aspects, confidence. Pure functions: no database, no clock, nothing of the app."""
