"""One page sent twice at the same moment, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from regulars.intake.models import ImportRun
from regulars.intake.services import read_lines, save_lines
from regulars.intake.tests.builders import a_business
from regulars.people.models import Person


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_page_sent_twice_at_once_is_saved_once() -> None:
    a_business()
    lines = read_lines("Ann Abel, likes tea\nBo Berg, every month, about 40")
    start = Barrier(2)

    def send(_number: int) -> int:
        try:
            start.wait(60)
            return save_lines(lines, key="one page").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(send, range(2)))
    assert len(set(runs)) == 1
    assert ImportRun.objects.count() == 1
    assert Person.objects.count() == 2
