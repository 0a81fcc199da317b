"""Reading: any file a shop may hand over becomes a sheet: a header, and numbered rows of text."""

from regulars.intake.reading.opening import may_hold_several, open_sheet
from regulars.intake.reading.sheets import Row, Sheet, UnreadableFile

__all__ = ["Row", "Sheet", "UnreadableFile", "may_hold_several", "open_sheet"]
