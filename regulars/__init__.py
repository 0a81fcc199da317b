"""Regulars: turns first-time customers into regulars."""

__version__ = "0.1.0"
