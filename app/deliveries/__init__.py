"""Sends announcements to everyone who should get them: one row per recipient, work that survives anything, honest states."""
