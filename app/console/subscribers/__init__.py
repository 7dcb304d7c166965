"""Who follows the ward, as counts only; and the lists of a trial."""
