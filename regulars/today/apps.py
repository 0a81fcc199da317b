from django.apps import AppConfig


class TodayConfig(AppConfig):
    name = "regulars.today"
    label = "today"

    def ready(self) -> None:
        from regulars.today import jobs  # noqa: F401  its schedule
        from regulars.today.own_records import register_records

        register_records()
