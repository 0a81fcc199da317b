"""Kit: what every room stands on.

Owns the business settings, the bulletin (news between rooms), worklists (claimed work), jobs, schedules, the worker,
clock, money, secrets, the database switch, backups and health, and the base template and CSS.
Posts nothing and hears nothing of its own. Knows no other room.
"""
