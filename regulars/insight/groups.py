"""The named groups: which grades make which group, and the four simple ones."""

from __future__ import annotations

import narwhals as nw

_TABLE: dict[int, tuple[str, str, str, str, str]] = {
    5: ("New", "Potential loyal", "Potential loyal", "Champions", "Champions"),
    4: ("Promising", "Potential loyal", "Loyal", "Loyal", "Champions"),
    3: ("About to sleep", "Need attention", "Need attention", "Loyal", "Loyal"),
    2: ("Hibernating", "Hibernating", "At risk", "At risk", "At risk"),
    1: ("Lost", "Lost", "Hibernating", "Cannot lose", "Cannot lose"),
}

SIMPLE_GROUPS: dict[str, tuple[str, ...]] = {
    "Regulars": ("Champions", "Loyal"),
    "Coming along": ("New", "Promising", "Potential loyal"),
    "Slipping": ("Need attention", "About to sleep", "At risk", "Cannot lose"),
    "Gone quiet": ("Hibernating", "Lost"),
}

GROUPS: tuple[str, ...] = tuple(name for names in SIMPLE_GROUPS.values() for name in names)


def group_of(r: int, f: int, m: int) -> str:
    """Name the group of three grades.

    Parameters
    ----------
    r, f, m : int
        Grades for recency, frequency and money, 1 to 5, 5 is best.

    Returns
    -------
    str
        One of `GROUPS`: row r, column FM = ceil((f + m) / 2) of the table in ``docs/insight/grades.md``.

    Examples
    --------
    >>> group_of(5, 5, 4), group_of(1, 4, 5), group_of(3, 1, 2)
    ('Champions', 'Cannot lose', 'Need attention')
    """
    return _TABLE[r][fm_of(f, m) - 1]


def fm_of(f: int, m: int) -> int:
    """Halve f + m, rounded up: ``FM = ceil((F + M) / 2)``.

    Examples
    --------
    >>> fm_of(1, 2), fm_of(3, 5)
    (2, 4)
    """
    return (f + m + 1) // 2


def simple_group_of(group: str) -> str:
    """Name the simple group that a named group belongs to.

    Examples
    --------
    >>> simple_group_of("At risk")
    'Slipping'
    """
    return next(simple for simple, names in SIMPLE_GROUPS.items() if group in names)


def named(r: str, fm: str) -> nw.Expr:
    """Give the group's name from two columns of grades; missing where they are."""
    code = nw.col(r) * 10 + nw.col(fm)
    codes: dict[str, list[int]] = {}
    for recency, names in _TABLE.items():
        for place, name in enumerate(names, start=1):
            codes.setdefault(name, []).append(recency * 10 + place)
    return chosen([(code.is_in(numbers), name) for name, numbers in codes.items()])


def simply_named(group: str) -> nw.Expr:
    """Give the simple group's name from a column of names; missing where that is."""
    return chosen([(nw.col(group).is_in(names), simple) for simple, names in SIMPLE_GROUPS.items()])


def chosen(choices: list[tuple[nw.Expr, str]]) -> nw.Expr:
    """Give the word of the first condition that is true; missing when none is."""
    *others, (condition, word) = choices
    answer: nw.Expr = nw.when(condition).then(nw.lit(word))
    for condition, word in reversed(others):
        answer = nw.when(condition).then(nw.lit(word)).otherwise(answer)
    return answer
