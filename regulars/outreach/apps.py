from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "regulars.outreach"
    label = "outreach"

    def ready(self) -> None:
        from regulars.outreach import handlers  # noqa: F401  (what it hears registers)
        from regulars.outreach.channels.text import sending as texts  # noqa: F401  (its poller registers)
        from regulars.outreach.fields import register_fields
        from regulars.outreach.records import register_records
        from regulars.outreach.services import (  # noqa: F401  (schedules, pacers and a poller register)
            following,
            identity,
            inboxes,
            pacing_rules,
            posted,
            sending,
            year,
        )

        register_fields()
        register_records()
