"""Pages of the switches: what is off, and why."""
