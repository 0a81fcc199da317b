from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "regulars.purchases"
    label = "purchases"

    def ready(self) -> None:
        from regulars.people.records import PersonRecords, register
        from regulars.purchases import fields
        from regulars.purchases.queries.summing import bought_by
        from regulars.purchases.services import moving

        fields.register()
        register(
            PersonRecords(
                room="purchases",
                export=moving.records_of,
                erase=moving.forget_person,
                merge=moving.move_orders,
                unmerge=moving.move_back,
                summary=bought_by,
            )
        )
