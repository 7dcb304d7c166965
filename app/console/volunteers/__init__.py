"""The volunteers' pages of the console."""
