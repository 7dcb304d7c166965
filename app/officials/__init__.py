"""Officials: accounts, roles, sessions, and who may use which route."""
