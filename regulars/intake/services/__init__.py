"""The verbs of this room."""

from regulars.intake.mapping.remembering import forget
from regulars.intake.options import ImportOptions
from regulars.intake.services.importing import import_files
from regulars.intake.services.pasting import Pasted, read_lines, save_lines
from regulars.intake.services.questions import answer_question
from regulars.intake.services.refusing import refused_as_csv
from regulars.intake.services.looking import (
    Preview,
    choices_of_fields,
    confirm,
    execute,
    label_of,
    let_go,
    look_again,
    mend,
    preview,
    start_run,
)
from regulars.intake.services.undoing import ask_to_undo, undo

__all__ = [
    "ImportOptions",
    "Pasted",
    "Preview",
    "answer_question",
    "ask_to_undo",
    "choices_of_fields",
    "confirm",
    "execute",
    "forget",
    "import_files",
    "label_of",
    "let_go",
    "look_again",
    "mend",
    "preview",
    "read_lines",
    "refused_as_csv",
    "save_lines",
    "start_run",
    "undo",
]
