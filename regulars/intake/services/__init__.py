"""The verbs of this room."""

from regulars.intake.mapping.remembering import forget
from regulars.intake.options import ImportOptions
from regulars.intake.services.agreeing import confirm, execute, look_again
from regulars.intake.services.feeds import RHYTHMS, set_rhythm
from regulars.intake.services.importing import NothingRead, import_files
from regulars.intake.services.inbox import inbox, look_into_inbox, waiting_files
from regulars.intake.services.mending import mend
from regulars.intake.services.pasting import (
    MONTH_FIRST,
    Pasted,
    names_in_the_book,
    read_lines,
    save_lines,
)
from regulars.intake.services.previewing import Preview, choices_of_fields, label_of, preview
from regulars.intake.services.questions import answer_question
from regulars.intake.services.refusing import refused_as_csv
from regulars.intake.services.resuming import broke_off, go_on
from regulars.intake.services.starting import let_go, receive, receive_all, start_run
from regulars.intake.services.undoing import ask_to_undo, undo
from regulars.intake.services.visits_told import said_again, visits_noted

__all__ = [
    "MONTH_FIRST",
    "RHYTHMS",
    "ImportOptions",
    "NothingRead",
    "Pasted",
    "Preview",
    "answer_question",
    "ask_to_undo",
    "broke_off",
    "choices_of_fields",
    "confirm",
    "execute",
    "forget",
    "go_on",
    "import_files",
    "inbox",
    "label_of",
    "let_go",
    "look_again",
    "look_into_inbox",
    "mend",
    "names_in_the_book",
    "preview",
    "read_lines",
    "receive",
    "receive_all",
    "refused_as_csv",
    "said_again",
    "save_lines",
    "set_rhythm",
    "start_run",
    "undo",
    "visits_noted",
    "waiting_files",
]
