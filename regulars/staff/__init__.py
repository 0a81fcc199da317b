"""Staff: who works here and what each may do.

Owns the staff accounts (`User` is staff only, never a customer), the permission table, the doors every view needs,
and the audit log. Posts nothing and hears nothing. Imports kit only.
"""
