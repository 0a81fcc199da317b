"""What insight says when a frame cannot be used."""


class FrameError(ValueError):
    """A fault in a frame that was handed in, named by its column and its row.

    Parameters
    ----------
    column : str
        The column at fault.
    problem : str
        What is wrong with it and what to do, as a clause: ``"is empty"``.
    row : str or None
        Where it was first seen: ``"row 3"`` (counting from 1) when the frame has an order, else the row's own
        values; None when the whole column is at fault.

    Examples
    --------
    >>> print(FrameError("amount", "is empty", "row 3"))
    Column "amount", row 3: is empty.
    """

    def __init__(self, column: str, problem: str, row: str | None = None) -> None:
        self.column, self.problem, self.row = column, problem, row
        super().__init__(f'Column "{column}"{f", {row}" if row else ""}: {problem}.')
