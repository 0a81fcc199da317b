"""Mapping: which column fills which field, guessed, corrected, remembered for each kind of header."""
