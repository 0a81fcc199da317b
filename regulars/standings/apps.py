from django.apps import AppConfig


class StandingsConfig(AppConfig):
    name = "regulars.standings"
    label = "standings"

    def ready(self) -> None:
        from regulars.people import fields, records
        from regulars.standings import handlers as handlers
        from regulars.standings import jobs as jobs
        from regulars.standings.catalogue import FIELDS
        from regulars.standings.keeping import RECORDS
        from regulars.standings.stuck import FIELD

        for field in (*FIELDS, FIELD):
            fields.register(field)
        records.register(RECORDS)
