from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "regulars.people"
    label = "people"

    def ready(self) -> None:
        from regulars.people import erasures, jobs, own_fields, own_records  # noqa: F401  jobs: its schedules

        erasures.register()
        own_records.register()
        own_fields.register()
