"""Web: the shell around the rooms.

Owns the root addresses, the sign-in pages, the first run, the settings pages, the health page, the error pages and the
person page, which is composed of what each room says about a person. Posts nothing and hears nothing.
"""
