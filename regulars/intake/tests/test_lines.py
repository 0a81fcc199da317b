"""Lines as owners write them, in any order and three languages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.intake.lines import read_line, read_people
from regulars.people.partial_dates import PartialDate

ANN = {
    "name": "Ann Miller",
    "phones": ["0171 234567"],
    "birthday": PartialDate(5, 3),
    "likes": ["blue"],
    "gap_days": 30,
}
LINES: list[tuple[str, dict[str, Any]]] = [
    ("Ann Miller, 0171 234567, likes blue, birthday 3 May, buys every month", ANN),
    ("Ann Miller; 0171 234567; likes blue; birthday 3 May; buys every month", ANN),
    ("Ann Miller\t0171 234567\tlikes blue\tbirthday 3 May\tbuys every month", ANN),
    ("Ann Miller - 0171 234567 - likes blue - birthday 3 May - buys every month", ANN),
    ("Ann Miller 0171 234567 likes blue birthday 3 May buys every month", ANN),
    ("buys every month, birthday 3 May, likes blue, 0171 234567, Ann Miller", ANN),
    ("0171 234567, born May 3, Ann Miller, comes in monthly, loves blue", ANN),
    (
        "Ann Miller 0171 2345678 likes blue and green, dislikes roses, lilies, about 40 euros #vip",
        {"name": "Ann Miller", "phones": ["0171 2345678"], "likes": ["blue", "green"], "dislikes": ["roses", "lilies"],
         "amount": "40", "tags": ["vip"]},
    ),
    (
        "Bo Berg; bo@berg.example; mag Rosen, keine Nelken; geb. 3.5.1980; kommt alle 6 Wochen; etwa 40 Euro",
        {"name": "Bo Berg", "emails": ["bo@berg.example"], "likes": ["Rosen"], "dislikes": ["Nelken"],
         "birthday": PartialDate(5, 3, 1980), "gap_days": 42, "amount": "40"},
    ),
    (
        "Carmen García, +34 612 345 678, le gusta el azul, no le gusta el rojo, cumpleaños 3 de mayo, compra cada mes, unos 40 euros, recomendada por Ruth",
        {"name": "Carmen García", "phones": ["+34 612 345 678"], "likes": ["el azul"], "dislikes": ["el rojo"],
         "birthday": PartialDate(5, 3), "gap_days": 30, "amount": "40", "sent_by": "Ruth"},
    ),
    (
        "Dora Diaz - 12 High Street, York YO1 7HH - #vip - sent by Ruth - from the market",
        {"name": "Dora Diaz", "address": "12 High Street\nYork YO1 7HH", "tags": ["vip"], "sent_by": "Ruth",
         "met": "from the market"},
    ),
    (
        "Emil Ernst\t030 1234567\tHauptstr. 5, 10115 Berlin\tGeburtstag 29.2.\tzweimal im Jahr\tempfohlen von Ann",
        {"name": "Emil Ernst", "phones": ["030 1234567"], "address": "Hauptstr. 5\n10115 Berlin",
         "birthday": PartialDate(2, 29), "gap_days": 182, "sent_by": "Ann"},
    ),
    (
        "Frieda, twice a year, about 40, last here 3 weeks ago",
        {"name": "Frieda", "gap_days": 182, "amount": "40", "seen_days": 21},
    ),
    ("Hans hat am 3. Mai Geburtstag, mag keine Rosen", {"name": "Hans", "birthday": PartialDate(5, 3), "dislikes": ["Rosen"]}),
    ("Jo Jones, spends 25 every other week, loves tea", {"name": "Jo Jones", "amount": "25", "gap_days": 14, "likes": ["tea"]}),
    ("Kim Lee, 2x a month, ca. 15,50 €", {"name": "Kim Lee", "gap_days": 15, "amount": "15.5"}),
    ("Pat doesn't like blue but likes red", {"name": "Pat", "dislikes": ["blue"], "likes": ["red"]}),
    ("Ned Nolan, 3 May 1960, wants a ring by Friday", {"name": "Ned Nolan", "birthday": PartialDate(5, 3, 1960), "notes": ["wants a ring by Friday"]}),
    ("Gus Green, gardener at the castle, allergic to nuts", {"name": "Gus Green", "notes": ["gardener at the castle", "allergic to nuts"]}),
    ("O'Brien, Sean, 020 7946 0018", {"name": "O'Brien, Sean", "phones": ["020 7946 0018"]}),
    ("Cy;Claes;<cy@lindenblatt.example>", {"name": "Cy Claes", "emails": ["cy@lindenblatt.example"]}),
    ("ann@only.example", {"emails": ["ann@only.example"]}),
    ("<script>alert(1)</script>, =cmd|'/c calc'!A0", {"name": "<script>alert(1)</script>", "notes": ["=cmd|'/c calc'!A0"]}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), LINES, ids=[line[:40] for line, _expected in LINES])
def test_a_line_is_understood_in_whatever_order_it_is_written(line: str, expected: dict[str, Any]) -> None:
    said = dict(vars(read_line(line, "DE")))
    del said["text"]
    assert {name: value for name, value in said.items() if value} == expected


def test_people_may_stand_on_a_line_each_or_on_several() -> None:
    text = (
        "Ann Miller\n0171 2345678\nlikes blue\nBo Berg\nbo@x.example\n\nCy\nborn 3.5.1980\n\na@b.example\nb@b.example"
    )
    found = [(number, said.name, said.phones, said.likes, said.emails) for number, said in read_people(text, "DE")]
    assert found == [
        (1, "Ann Miller", ["0171 2345678"], ["blue"], []),
        (4, "Bo Berg", [], [], ["bo@x.example"]),
        (7, "Cy", [], [], []),
        (10, "", [], [], ["a@b.example"]),
        (11, "", [], [], ["b@b.example"]),
    ]


WORDS = st.lists(
    st.sampled_from(
        "Ann Miller zebra castle 0171 234567 likes dislikes blue birthday 3 May buys every month about 40 , ; - #vip ann@x.example mag und".split()
    ),
    max_size=15,
)


@settings(deadline=None)
@given(WORDS)
def test_no_word_that_is_not_understood_is_lost(words: list[str]) -> None:
    """Words that mean something may be taken; zebra and castle mean nothing and must stand somewhere."""
    said = dict(vars(read_line(" ".join(words), "DE")))
    del said["text"]
    kept = str(list(said.values()))
    assert all(kept.count(word) == words.count(word) for word in ("zebra", "castle"))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_line_can_be_read(text: str) -> None:
    numbers = [number for number, _said in read_people(text, "GB", "mdy")]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= {at for at, line in enumerate(text.splitlines(), start=1) if line.strip()}
