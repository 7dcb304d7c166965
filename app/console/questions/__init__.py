"""Pages about questions that were not answered well."""
