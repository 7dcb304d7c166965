"""Public pages: home with the web chat, procedure pages, the list, QR codes, about."""
