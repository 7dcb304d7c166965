"""Pages of sign in."""
