from django.apps import AppConfig


class TodayConfig(AppConfig):
    name = "regulars.today"
    label = "today"
