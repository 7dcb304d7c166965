"""A sample ward that looks alive: `gandan demo` fills an empty installation with it."""
