from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "regulars.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        from regulars.staff import sightings  # noqa: F401  # registers its poller
