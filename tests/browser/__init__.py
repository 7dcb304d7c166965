"""Whole pages in Chromium: 390 and 1280 px, with and without JavaScript, light and dark, on screen and on paper."""
