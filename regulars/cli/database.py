"""Before a command works, its folder holds a database of this version."""

from __future__ import annotations


def require_current_database() -> None:
    """Make the database if the folder is new, and bring it up to this version (a backup comes first) if it is older."""
    from regulars.kit.upgrade import migrate_safely

    migrate_safely()
