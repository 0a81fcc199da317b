"""Month names as exports write them in the languages of the shops' own systems."""

from __future__ import annotations

import unicodedata

NAMES = (
    "january januar janvier enero gennaio januari janeiro stycznia styczen ledna januarie yanvarya января января. tammikuu ocak",
    "february februar fevrier febrero febbraio februari fevereiro lutego luty unora februarie fevralya февраля helmikuu subat",
    "march marz maerz mars marzo maart marco marca marzec brezna martie marta марта maaliskuu mart",
    "april avril abril aprile kwietnia kwiecien dubna aprilie aprelya апреля huhtikuu nisan",
    "may mai mayo maggio mei maj maio maja kvetna мая toukokuu mayis",
    "june juni juin junio giugno junho czerwca czerwiec cervna iunie июня kesakuu haziran",
    "july juli juillet julio luglio julho lipca lipiec cervence iulie июля heinakuu temmuz",
    "august aout agosto augustus augusti sierpnia sierpien srpna августа elokuu agustos",
    "september septembre septiembre settembre setembro wrzesnia wrzesien zari septembrie сентября syyskuu eylul",
    "october oktober octobre octubre ottobre outubro pazdziernika pazdziernik rijna octombrie октября lokakuu ekim",
    "november novembre noviembre novembro listopada listopad noiembrie ноября marraskuu kasim",
    "december dezember decembre diciembre dicembre dezembro grudnia grudzien prosince decembrie декабря joulukuu aralik",
)
SHORT = (
    "jan janv ene gen sty led янв", "feb fev fevr febr lut uno фев", "mar mrz mrt mars marz bre мар", "apr avr abr kwi dub апр",
    "may mai mei maj mag kve мая", "jun giu cze июн", "jul juil lug lip июл", "aug ago aou aout sie srp авг",
    "sep sept set wrz zar сен сент", "oct okt ott out paz rij окт", "nov lis ноя нояб", "dec dez dic gru pro дек",
)  # fmt: skip


def _bare(name: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter)
    )


NUMBERS = {
    _bare(name): number
    for table in (SHORT, NAMES)
    for number, names in enumerate(table, start=1)
    for name in names.split()
}


def month_number(name: str) -> int | None:
    """Return 1-12 for a month's name or short form, else None."""
    return NUMBERS.get(_bare(name))
