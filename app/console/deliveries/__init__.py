"""How announcements are delivered."""
