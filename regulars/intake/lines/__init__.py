"""Lines as people write them about people: words in three languages taken apart; what is not understood is a note."""

from regulars.intake.lines.reading import Said, read_line, read_people

__all__ = ["Said", "read_line", "read_people"]
