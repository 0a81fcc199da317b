from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "regulars.web"
    label = "web"

    def ready(self) -> None:
        from regulars.web import jobs, keeping  # noqa: F401  their schedules register
