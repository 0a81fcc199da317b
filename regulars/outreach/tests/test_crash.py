"""Never twice, never lost: proved against the record of a real mail server while workers are killed."""

from __future__ import annotations

import pytest

from regulars.outreach.tests import crash_trial
from regulars.outreach.tests.builders import a_mailbox, a_shop

KILLS, CONNECTIONS = 20, 3


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_workers_killed_at_random_points_send_nothing_twice_and_lose_nothing(tmp_path, settings):
    a_shop()
    server, port = crash_trial.start_server(tmp_path, delay_ms=20, drops=0)
    try:
        a_mailbox(port, connections=CONNECTIONS)
        more = crash_trial.letters_for(90)
        report = crash_trial.run(tmp_path, more, kills=KILLS, workers=2, connections=CONNECTIONS, patience=240)
    finally:
        server.kill()
        server.wait()
    assert report.kills == KILLS
    assert (report.sent_twice, report.lost, report.false_sent, report.other) == (0, 0, 0, 0), report
    assert report.sent + report.unknown == report.letters
    assert report.journals_left == 0
    assert report.most_unknown_a_worker <= CONNECTIONS
    assert len(report.died_while) >= 4, report.died_while
