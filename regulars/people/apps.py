from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "regulars.people"
    label = "people"

    def ready(self) -> None:
        from regulars.people import jobs, own_fields, own_records, restored  # noqa: F401  jobs: its schedules

        restored.register()
        own_records.register()
        own_fields.register()
