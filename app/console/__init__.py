"""Officials' web pages: one folder per noun, built from the layout and macros of this package. See README.md."""
