"""What went wrong with a mailbox, in words that say what to do next."""

from __future__ import annotations

import smtplib
import socket
import ssl

from django.utils.translation import gettext as _

from regulars.outreach.channels.email.smtp import Way


def connection_fault(fault: BaseException, way: Way) -> str:
    """Put a failed connection or sign-in into a sentence fit for the owner."""
    place = {"host": way.host, "port": way.port}
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return _sign_in(fault, way)
    if isinstance(fault, socket.gaierror | UnicodeError):
        return (
            _("There is no server called %(host)s, or this machine is offline. Check the name for a typing mistake.")
            % place
        )
    if isinstance(fault, ssl.SSLCertVerificationError):
        return (
            _("%(host)s does not prove that it is who it says. Use the exact server name your provider gives.") % place
        )
    if isinstance(fault, ssl.SSLError):
        return _("Port %(port)d speaks another kind of encryption. Try 587 with STARTTLS, or 465 with TLS.") % place
    if isinstance(fault, smtplib.SMTPNotSupportedError):
        return _not_supported(fault, place)
    if isinstance(fault, ConnectionRefusedError):
        return _("Nothing answers at %(host)s on port %(port)d. Check the port: it is usually 587.") % place
    if isinstance(fault, TimeoutError):
        return (
            _("No answer from %(host)s on port %(port)d. Many internet providers block it: try port 465 with TLS.")
            % place
        )
    if isinstance(fault, smtplib.SMTPServerDisconnected):
        return _("%(host)s hung up. On port %(port)d it may want the other kind of encryption.") % place
    if isinstance(fault, smtplib.SMTPResponseException):
        return _("%(host)s answered %(code)d: %(said)s") % {**place, "code": fault.smtp_code, "said": said_by(fault)}
    if isinstance(fault, OSError):
        return _("%(host)s cannot be reached on port %(port)d (%(said)s).") % {**place, "said": fault.strerror or fault}
    return _("Signing in at %(host)s did not work (%(said)s).") % {**place, "said": fault}


def _not_supported(fault: smtplib.SMTPNotSupportedError, place: dict[str, object]) -> str:
    if "AUTH" in str(fault).upper():
        return _("%(host)s takes no password on port %(port)d without encryption. Choose STARTTLS.") % place
    return _("%(host)s does not encrypt on port %(port)d. Try port 465 with TLS.") % place


def _sign_in(fault: smtplib.SMTPAuthenticationError, way: Way) -> str:
    said = said_by(fault)
    host = way.host.lower()
    if way.token:
        words = _("%(host)s did not accept this sign-in. It must be that of %(user)s itself. It said: %(said)s")
        return words % {"host": way.host, "user": way.username, "said": said}
    if "google" in host or "gmail" in host:
        return _(
            "Gmail wants an app password, not your usual one. Switch on two-step verification in your Google account, "
            "make an app password there and enter its 16 letters here."
        )
    if "5.7.139" in said or "basic authentication is disabled" in said.lower():
        return _(
            "Microsoft has switched this way of signing in off for your account. "
            "Whoever looks after it can allow “Authenticated SMTP”."
        )
    if any(name in host for name in ("outlook", "office365", "hotmail")):
        return _("Microsoft did not accept the password. With two-step verification it wants an app password.")
    if any(name in host for name in ("yahoo", "icloud", "me.com", "aol")):
        return _("This provider wants an app password: make one in your account there and enter it here.")
    return _("The user name or the password is not right. %(host)s said: %(said)s") % {"host": way.host, "said": said}


def said_by(fault: smtplib.SMTPResponseException) -> str:
    said = fault.smtp_error
    return (said.decode(errors="replace") if isinstance(said, bytes) else str(said)).replace("\n", " ")[:200]
