"""What goes on paper: posters and stickers with QR codes, slips for people without a phone. One layout, painted as PDF and as SVG."""
