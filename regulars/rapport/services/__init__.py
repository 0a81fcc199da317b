"""The verbs of this room, one file a topic: the only code that writes its tables."""
