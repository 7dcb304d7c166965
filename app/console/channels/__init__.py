"""Pages about the channels: is each of them well."""
