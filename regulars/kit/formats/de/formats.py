"""German for a shop: „3. Mai 2026“, the month in letters as in English, so that 03.04. is never a riddle."""

DATE_FORMAT = "j. F Y"
SHORT_DATE_FORMAT = "j. M Y"
MONTH_DAY_FORMAT = "j. F"
YEAR_MONTH_FORMAT = "F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j. F Y, H:i"
SHORT_DATETIME_FORMAT = "j. M Y, H:i"
FIRST_DAY_OF_WEEK = 1

# The first pattern fills <input type="date">, which knows no other; all of them are understood.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"]
