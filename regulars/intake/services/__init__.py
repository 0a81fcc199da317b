"""The verbs of this room."""

from regulars.intake.options import ImportOptions
from regulars.intake.services.importing import import_files
from regulars.intake.services.questions import answer_question

__all__ = ["ImportOptions", "answer_question", "import_files"]
