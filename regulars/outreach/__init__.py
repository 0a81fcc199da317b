"""Outreach: every word that leaves the house.

Owns the wordings, the send ledger (one row per planned touch, unique before anything leaves), the mailbox letters go
through, what comes back in, and who has asked not to be written to. Posts TouchSent, TouchFailed, TouchBounced and
PersonLeft. Hears YesAsked (a yes to offers that its mailbox has to confirm); upper rooms plan touches here by a plain
call; the worker's poller `outreach.send` lets them go, and its schedule `read answers` reads what came in.
"""
