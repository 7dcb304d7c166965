"""`./dev eval`: how well messages are understood, beside a baseline in the same run."""
