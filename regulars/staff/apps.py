from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "regulars.staff"
    label = "staff"
    verbose_name = "Staff"
