"""Intake as Django knows it."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "regulars.intake"
    label = "intake"
