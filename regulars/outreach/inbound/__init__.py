"""What comes in: letters that came back, complaints, machines that answer, people that answer. Pure: bytes in.

`read(raw)` says what a mail is; `stripped(mail)` what its writer wrote themselves. Nothing here knows the database.
"""

from regulars.outreach.inbound.kinds import Failure, Inbound, Kind, Reason
from regulars.outreach.inbound.mail import Mail, opened
from regulars.outreach.inbound.reading import read

__all__ = ["Failure", "Inbound", "Kind", "Mail", "Reason", "opened", "read"]
