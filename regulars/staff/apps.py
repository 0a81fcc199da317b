from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "regulars.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        from regulars.staff import sightings, tidying  # noqa: F401  # register their poller and schedule
