"""The pages of this room as finished words and drawings: what the last grading found, read and never reckoned here."""
