"""The log's verbs in the owner's words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORDS = {
    "add_staff": _("added a colleague"),
    "change_name": _("changed their name"),
    "change_role": _("changed what a colleague may do"),
    "change_settings": _("changed the settings"),
    "change_logo": _("changed the logo"),
    "remove_logo": _("removed the logo"),
    "create_owner": _("opened the house"),
    "deactivate": _("closed an account"),
    "reactivate": _("opened an account again"),
    "enter_demo": _("entered the demo"),
    "let_phone_in": _("let a phone in"),
    "make_link": _("made a one-time link for a colleague"),
    "password_link_sent": _("A link for a forgotten password was sent"),
    "password_link_failed": _("A link for a forgotten password could not be sent"),
    "set_password": _("chose a password"),
    "sign_in": _("signed in"),
    "two_step_on": _("switched the second step on"),
    "two_step_off": _("switched the second step off"),
    "stop_everything": _("stopped everything"),
    "resume_sending": _("let it go on"),
    "back_up": _("began a backup"),
    "choose_second_place": _("chose a second place for backups"),
    "forget_second_place": _("wants no more copies of backups"),
    "let_go_notice": _("let go of what had been set aside"),
    "retry_notice": _("tried again what had been set aside"),
    "export": _("took out all that is held on somebody"),
    "export_all": _("took everything out"),
    "erase": _("erased somebody"),
    "merge": _("joined two entries of one person"),
    "unmerge": _("parted two entries again"),
    "bulk tag": _("tagged many people"),
    "bulk untag": _("took a tag off many people"),
    "bulk kind": _("noted what many people are to us"),
    "bulk quiet": _("left many people alone for a while"),
    "bulk merge": _("joined the entries that were certain"),
    "undo bulk tag": _("took back a tag from many people"),
    "undo bulk untag": _("gave many people their tag again"),
    "undo bulk kind": _("took back what many people were noted as"),
    "undo bulk quiet": _("took back that many people are left alone"),
    "undo bulk merge": _("parted the entries that were joined together"),
    "see_person": _("looked at a person"),
}


def sentence(action: str) -> str:
    """Say what was done; a verb of another room that has no words here reads as it is written."""
    return str(WORDS.get(action, action.replace("_", " ")))
