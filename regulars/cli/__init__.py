"""The terminal's door, and the demo's cast.

One file a command in `commands/`. Posts nothing and hears nothing: every command calls the rooms below and prints
what they answer, as a sentence for people or, with --json, as JSON for programs. Commands import rooms inside `run`,
because Django is only started once the data folder is known.
"""
