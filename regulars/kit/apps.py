from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "regulars.kit"
    label = "kit"

    def ready(self) -> None:
        from regulars.kit import backups, rehearsing, second_place, tidying, worries  # noqa: F401  their schedules
