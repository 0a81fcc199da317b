"""Intake as Django knows it."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "regulars.intake"
    label = "intake"

    def ready(self) -> None:
        from regulars.intake import jobs as jobs
        from regulars.intake.records import RECORDS
        from regulars.people import records

        records.register(RECORDS)
