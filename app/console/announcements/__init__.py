"""Announcements in the console: writing with previews, approval, sending, corrections."""
