"""The public API: procedures and questions, as JSON, described in OpenAPI."""
