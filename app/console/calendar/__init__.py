"""The calendar: a month, one day, sessions, holidays."""
