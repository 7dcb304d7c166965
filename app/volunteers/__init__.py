"""Volunteers: teams and who is in charge where, invitations, the roster, and the tally of help given."""
