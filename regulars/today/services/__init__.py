"""What can be done with a line: say yes, change the words, put off, leave out, tell what came of it."""

from regulars.today.services.approving import Approved, approve_lines
from regulars.today.services.deciding import edit_line, reopen_line, skip_line, snooze_line
from regulars.today.services.doing import answer_question, print_line, take_outcome
from regulars.today.services.returning import can_be_taken_back, take_back_line

__all__ = [
    "Approved",
    "answer_question",
    "approve_lines",
    "can_be_taken_back",
    "edit_line",
    "print_line",
    "reopen_line",
    "skip_line",
    "snooze_line",
    "take_back_line",
    "take_outcome",
]
