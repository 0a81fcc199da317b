"""Dates and times as the house writes them where a language leaves it open."""
