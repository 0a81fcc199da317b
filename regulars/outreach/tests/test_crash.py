"""Never twice, never lost: proved against the record of a real mail server while workers are killed."""

from __future__ import annotations

import pytest

from regulars.kit.secrets import new_token
from regulars.outreach import services
from regulars.outreach.models import Touch
from regulars.outreach.tests import crash_trial
from regulars.outreach.tests.builders import a_mailbox, a_new_touch, a_shop, many_people


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_workers_killed_in_the_middle_send_nothing_twice_and_lose_nothing(tmp_path):
    a_shop()
    server, port = crash_trial.start_server(tmp_path, delay_ms=40, drops=0)
    try:
        a_mailbox(port, connections=2)
        ids = services.plan_touches([a_new_touch(pk, occurrence=new_token()) for pk in many_people(40)]).ids
        services.approve(ids, None, dict(Touch.objects.filter(pk__in=ids).values_list("pk", "draft_hash")))
        report = crash_trial.run(tmp_path, ids, kills=2, workers=2, connections=2, patience=120)
    finally:
        server.kill()
        server.wait()
    assert report.kills == 2
    assert (report.sent_twice, report.lost, report.false_sent) == (0, 0, 0), report
    assert report.sent + report.unknown == 40
    assert report.journals_left == 0
    assert report.most_unknown_a_worker <= 2
