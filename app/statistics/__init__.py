"""Statistics: what was asked, answered, sent, scanned and helped with; what of it everyone may see; the report of a month."""
