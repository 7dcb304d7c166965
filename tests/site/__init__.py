"""The public site over HTTP, without a browser."""
