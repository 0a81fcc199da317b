"""What is being done right now, in one line of the terminal, so that a million orders do not look like a fault."""

from __future__ import annotations

from typing import TextIO

FORGET = "\r\x1b[K"


class Stages:
    """One line that is written over by the next and gone at the end; nothing where nobody watches (a pipe, a file).

    Parameters
    ----------
    stream : text file
        Standard error, as a rule.

    Examples
    --------
    >>> import io
    >>> stages = Stages(io.StringIO())
    >>> stages("Reading orders.csv")
    >>> stages.say("What stays.")
    >>> stages.stream.getvalue()
    'What stays.\\n'
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.is_watched, self.is_open = stream, stream.isatty(), False

    def __call__(self, stage: str) -> None:
        """Say what begins now."""
        if self.is_watched:
            print(f"{FORGET}{stage} …", end="", file=self.stream, flush=True)
            self.is_open = True

    def say(self, sentence: str) -> None:
        """Say what stays."""
        self.end()
        print(sentence, file=self.stream, flush=True)

    def end(self) -> None:
        """Leave the line as it was found."""
        if self.is_open:
            print(FORGET, end="", file=self.stream, flush=True)
            self.is_open = False
