"""Pages about procedures: national facts beside those of this ward."""
