from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "regulars.purchases"
    label = "purchases"
