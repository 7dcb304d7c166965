"""Who follows the ward: by topic and residential group, with consent, on any channel; and who may be written to."""
