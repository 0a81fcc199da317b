"""Intake: takes in what a shop, a till, a payment service or an address book exported.

Owns: files taken in (runs), the mapping remembered for each kind of header, refused rows, questions a file leaves open,
and what each run made or changed, so that it can be undone. Posts ImportFinished and ImportUndone. Hears nothing.
"""
