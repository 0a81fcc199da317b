from django.apps import AppConfig


class RapportConfig(AppConfig):
    name = "regulars.rapport"
    label = "rapport"

    def ready(self) -> None:
        from regulars.rapport import fields, own_records
        from regulars.rapport.services import asked_yes  # noqa: F401  (its schedule registers)

        own_records.register_records()
        fields.register_fields()
