"""What the officials of a ward set themselves: changes of its profile, trial or real mode, switches with a reason."""
