"""Calls: the words to begin with, filled in for the person. What came of one is written down in services/hands.py."""
