from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "regulars.outreach"
    label = "outreach"

    def ready(self) -> None:
        from regulars.outreach.fields import register_fields
        from regulars.outreach.records import register_records
        from regulars.outreach.services import identity, inboxes, sending  # noqa: F401  (schedules and a poller register)

        register_fields()
        register_records()
