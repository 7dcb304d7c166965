"""Facts of procedures that differ in this ward: proposed by one official, checked by another, laid over the catalog."""
