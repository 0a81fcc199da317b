"""The nouns of this room, one file a topic."""
