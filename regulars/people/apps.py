from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "regulars.people"
    label = "people"

    def ready(self) -> None:
        from regulars.people import own_fields, own_records

        own_records.register()
        own_fields.register()
