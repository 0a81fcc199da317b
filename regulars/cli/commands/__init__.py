"""One file a command; each ends in COMMAND. Rooms are imported inside `run`, once the data folder is known."""
