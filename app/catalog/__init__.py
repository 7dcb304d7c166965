"""The catalog: what the project knows about procedures, and how it is read, checked and served."""
