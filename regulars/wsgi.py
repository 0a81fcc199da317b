"""The door for WSGI servers. The worker runs inside unless REGULARS_WORKER_INSIDE says otherwise."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

pages = get_wsgi_application()

from django.conf import settings  # noqa: E402  after the settings are named

from regulars.kit import pauses  # noqa: E402  likewise
from regulars.web.visits import Visits  # noqa: E402  likewise
from regulars.web.warming import start_warming  # noqa: E402  likewise

application = Visits(pages)
pauses.keep_short()
start_warming(application)
if settings.WORKER_INSIDE:
    from regulars.kit.worker import start_inside

    start_inside()
