"""Pages about the ward: its profile, its history, trial and real mode."""
