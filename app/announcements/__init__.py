"""Announcements: drafts, two-person approval, versions, corrections; what people read and hear of them."""
