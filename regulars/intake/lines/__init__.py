"""Lines as people write them about people: words in three languages taken apart; what is not understood is a note."""

from regulars.intake.lines.reading import read_line, read_people
from regulars.intake.lines.said import Said

__all__ = ["Said", "read_line", "read_people"]
