"""What this room puts into its own registry of records; it comes first."""

from __future__ import annotations

from regulars.people import records


def register() -> None:
    from regulars.people.services.erasing import erase_own
    from regulars.people.services.leaving import export_own
    from regulars.people.services.own_merge import merge_people, unmerge_people

    records.register(
        records.PersonRecords(
            room="people", export=export_own, erase=erase_own, merge=merge_people, unmerge=unmerge_people
        )
    )
