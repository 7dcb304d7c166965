"""Pages of gallery."""
