"""The verbs of this room: the only code that writes its tables."""

from regulars.standings.services.grading import forget_copy, grade_everyone
from regulars.standings.services.refreshing import refresh_facts
from regulars.standings.services.remembering import forget_memory, remember
from regulars.standings.services.requesting import request_grading, request_grading_in_a_small_shop

__all__ = [
    "forget_copy",
    "forget_memory",
    "grade_everyone",
    "refresh_facts",
    "remember",
    "request_grading",
    "request_grading_in_a_small_shop",
]
