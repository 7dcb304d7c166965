"""The record of officials' acts, in sentences."""
