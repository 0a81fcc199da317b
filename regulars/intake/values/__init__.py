"""Values: one module a kind of value; text in, a plain Python value or None out. None means "this is no such value"."""
