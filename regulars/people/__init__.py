"""People: everybody the business knows, and what it knows about them.

Owns persons, how they are reached, occasions, consent, silences, reminders, the timeline, search and merging.
Posts PeopleRecorded, PersonChanged, ConsentChanged, PeopleMerged, PeopleUnmerged, PersonErased. Hears nothing.
Keeps two registries for the rooms above: `fields` (what people can be filtered by) and `records` (what a room
holds on a person: how it is exported, erased, merged and parted again).
"""
