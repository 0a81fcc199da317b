"""What can be done to the business's settings."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.kit import clock, rules
from regulars.kit.business import Business, forget_business
from regulars.kit.errors import Refusal
from regulars.kit.secrets import encrypt

KEY_PROOF = "regulars"
NOT_BY_HAND = frozenset(
    {"id", "currency_fixed_at", "set_up_at", "key_proof", "is_sending_stopped", "stopped_at", "stopped_by_name"}
)


def set_up_business(*, name: str, zone: str, currency: str, **fields: Any) -> Business:
    """Write the settings row for the first time; refused when somebody was quicker."""
    values = rules.checked({"name": name, "zone": zone, "currency": currency, **fields})
    try:
        with transaction.atomic():
            row = Business(pk=1, key_proof=encrypt(KEY_PROOF), set_up_at=clock.now(), **values)
            row.save(force_insert=True)
            _tell_everyone()
    except IntegrityError:
        raise Refusal(_("This installation has already been set up.")) from None
    return row


def change_business(**fields: Any) -> Business:
    """Change settings; refused with the field's name. The currency stays once an order has been recorded."""
    unknown = set(fields) & NOT_BY_HAND | set(fields) - rules.FIELDS
    if unknown:
        raise TypeError(f"These are not settings to change: {', '.join(sorted(unknown))}.")
    values = rules.checked(fields)
    with transaction.atomic():
        row = _locked()
        if row.currency_fixed_at and values.get("currency", row.currency) != row.currency:
            raise Refusal(
                _("The currency stays %(currency)s, because orders have been recorded in it.")
                % {"currency": row.currency},
                field="currency",
            )
        for field, value in values.items():
            setattr(row, field, value)
        row.save(update_fields=list(values))
        _tell_everyone()
    return row


def fix_currency() -> None:
    """Called with the first order: from now on the currency does not change. Safe to repeat, one query."""
    if Business.objects.filter(pk=1, currency_fixed_at=None).update(currency_fixed_at=clock.now()):
        _tell_everyone()


def stop_everything(by: str) -> Business:
    """Nothing leaves the house until sending is resumed. Safe to repeat: the first one to stop is remembered."""
    with transaction.atomic():
        row = _locked()
        if not row.is_sending_stopped:
            row.is_sending_stopped, row.stopped_at, row.stopped_by_name = True, clock.now(), by
            row.save(update_fields=["is_sending_stopped", "stopped_at", "stopped_by_name"])
            _tell_everyone()
    return row


def resume_sending(by: str) -> Business:
    """Let things leave the house again; `by` is for the audit log of the caller."""
    with transaction.atomic():
        row = _locked()
        row.is_sending_stopped, row.stopped_at, row.stopped_by_name = False, None, ""
        row.save(update_fields=["is_sending_stopped", "stopped_at", "stopped_by_name"])
        _tell_everyone()
    return row


def _locked() -> Business:
    row = Business.objects.select_for_update().filter(pk=1).first()
    if row is None:
        raise Refusal(_("Set up the business first."))
    return row


def _tell_everyone() -> None:
    """Readers in this process look anew: at once for this transaction, and after the commit for the others."""
    forget_business()
    transaction.on_commit(forget_business)
