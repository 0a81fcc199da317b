"""The owner's plan for the day: who, what, why this person, why now, how long, what it costs.

Owns: the decisions taken on a day's lines (approved, put off, skipped, done, other words), and how many lines of each
kind waited a few minutes ago. Everything else is worked out when the page is read, from the rooms below. Posts
nothing. Hears nothing.
Each kind of line is one file in `lines/`, all alike: `due` finds who, set-based; `compose` says it in words.
"""
