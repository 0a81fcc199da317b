from django.apps import AppConfig


class StandingsConfig(AppConfig):
    name = "regulars.standings"
    label = "standings"
