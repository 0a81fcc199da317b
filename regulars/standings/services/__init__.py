"""The verbs of this room: the only code that writes its tables."""

from regulars.standings.services.asking import reopen_enquiries, settle_enquiries
from regulars.standings.services.grading import forget_copy, grade_everyone
from regulars.standings.services.refreshing import refresh_facts
from regulars.standings.services.remembering import NewMemory, forget_memory, remember, remember_many
from regulars.standings.services.requesting import request_grading, request_grading_in_a_small_shop
from regulars.standings.services.sharing import take_back_share, tell_share
from regulars.standings.services.steps import count_steps, keep_steps
from regulars.standings.services.terms import margin_percent, set_margin

__all__ = [
    "NewMemory",
    "count_steps",
    "forget_copy",
    "forget_memory",
    "grade_everyone",
    "keep_steps",
    "margin_percent",
    "refresh_facts",
    "remember",
    "remember_many",
    "reopen_enquiries",
    "request_grading",
    "request_grading_in_a_small_shop",
    "set_margin",
    "settle_enquiries",
    "take_back_share",
    "tell_share",
]
