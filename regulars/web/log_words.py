"""The log's verbs in the owner's words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.web.forms import BusinessForm, HoursForm, SendingForm

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
    "yes_told": _("wrote down a yes to offers that somebody told"),
    "ask_forgotten": _("forgot a yes to offers that was not theirs"),
    "sign_in": _("signed in"),
    "two_step_on": _("switched the second step on"),
    "two_step_off": _("switched the second step off"),
    "connect_texts": _("connected a provider of text messages"),
    "disconnect_texts": _("disconnected the provider of text messages"),
    "stop_everything": _("stopped everything"),
    "resume_sending": _("let it go on"),
    "mailing_made": _("wrote a mailing"),
    "mailing_changed": _("changed a mailing"),
    "mailing_begun": _("let a mailing go"),
    "mailing_stopped": _("stopped a mailing"),
    "mailing_calls": _("chose to call some instead of writing"),
    "count_links_on": _("began to count who follows a link"),
    "count_links_off": _("stopped counting who follows a link"),
    "programme_paused": _("paused a programme"),
    "programme_running": _("let a programme go on"),
    "programme_draining": _("let a programme finish what it had"),
    "programme_ended": _("stopped a programme"),
    "payout": _("noted that a firm paid its commissions"),
    "back_up": _("began a backup"),
    "choose_second_place": _("chose a second place for backups"),
    "forget_second_place": _("wants no more copies of backups"),
    "let_go_notice": _("let go of what had been set aside"),
    "retry_notice": _("tried again what had been set aside"),
    "change_stationery": _("changed how cards look, or what they cost"),
    "save_printer": _("measured the printer"),
    "begin_run": _("made sheets of cards to print"),
    "settle_run": _("said what came out of the printer"),
    "put_back_run": _("put a run of cards back"),
    "connect_mail_service": _("connected a service that prints and posts"),
    "disconnect_mail_service": _("put away the service that prints and posts"),
    "hand_over_run": _("handed cards over to be printed and posted"),
    "call_off_card": _("called a card off"),
    "begin_year": _("began a year of cards"),
    "change_year": _("changed what the year of cards keeps"),
    "print_again": _("had a card printed once more"),
    "export": _("took out all that is held on somebody"),
    "export_all": _("took everything out"),
    "erase": _("erased somebody"),
    "slip": _("typed in a slip from the counter"),
    "state": _("stated what many people allow"),
    "take back": _("took a statement back"),
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
    "add": _("added somebody"),
    "change": _("changed what is written"),
    "remove_note": _("took a note out"),
    "remove_occasion": _("took a day out"),
    "put_back": _("put back what had been taken out"),
    "refund": _("noted money back"),
    "cancel": _("called something off"),
    "remove": _("took sales out"),
    "import": _("took a file in"),
    "paste": _("typed people in"),
    "undo": _("took a file back"),
    "answer": _("answered a question about a file"),
    "set_margin": _("said what is left of what is paid"),
    "save_wording": _("changed words for letters"),
    "test_wording": _("sent words to themselves to look at"),
    "keep_picture": _("added a picture for letters"),
    "archive_wording": _("put words for letters away"),
    "edit_draft": _("changed the words of a letter"),
    "send_now": _("let a letter go at once"),
    "settle_arrived": _("said that a letter arrived"),
    "settle_again": _("sent a letter again"),
    "settle_left": _("left it open whether a letter arrived"),
    "connect_mailbox": _("connected a mailbox"),
    "enclose_file": _("put a file into a letter"),
    "take_out_file": _("took a file out of a letter"),
    "warm_up_on": _("let a new mailbox begin gently"),
    "warm_up_off": _("let a new mailbox send as much as it likes"),
    "disconnect_mailbox": _("disconnected the mailbox"),
    "connect_inbox": _("had answers read from the mailbox"),
    "open_mail_hook": _("let a sending service tell what became of letters"),
    "close_mail_hook": _("listened no more to a sending service"),
    "disconnect_inbox": _("stopped reading answers"),
    "settle_reply": _("settled an answer"),
    "trust_address": _("trusted an address again"),
    "keep_for": _("changed how long things are kept"),
    "tidy_away": _("tidied away what was old"),
    "assign": _("said whose sale it was"),
}

# What the log can be narrowed to. A verb that stands in none of them is found under everything.
KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "saw": (_("Looked"), ("see_person",)),
    "changed": (
        _("Changed"),
        ("change", "add", "merge", "unmerge", "refund", "cancel", "remove", "remove_note", "remove_occasion",
         "put_back"),
    ),
    "took-out": (_("Took out"), ("export", "export_all", "back_up")),
    "erased": (_("Erased"), ("erase", "tidy_away")),
    "files": (_("Files"), ("import", "paste", "undo", "answer")),
    "letters": (
        _("Letters"),
        ("save_wording", "archive_wording", "keep_picture", "test_wording", "edit_draft", "send_now", "settle_arrived",
         "settle_again", "settle_left", "settle_reply", "trust_address"),
    ),
    "house": (
        _("House and colleagues"),
        (
            "change_settings", "keep_for", "add_staff", "change_role", "deactivate", "reactivate", "set_password",
            "sign_in", "two_step_on", "two_step_off", "stop_everything", "resume_sending", "connect_mailbox",
            "disconnect_mailbox", "warm_up_on", "warm_up_off", "connect_inbox", "disconnect_inbox",
            "open_mail_hook", "close_mail_hook",
        ),
    ),
}  # fmt: skip


def actions_of(kind: str) -> tuple[str, ...]:
    return KINDS[kind][1] if kind in KINDS else ()


LABELS = {
    "places": _("Postal addresses"),
    "emails": _("E-mail addresses"),
    "phones": _("Phone numbers"),
    "likes": _("Likes"),
    "dislikes": _("Rather not"),
    "tags": _("Tags"),
    "kinds": _("What they are to us"),
    "referred_by_id": _("Who sent them"),
    "household_id": _("Household"),
    "organisation_id": _("Firm or club"),
    "opening_hours": _("Opening hours"),
}
# As the page of somebody says it, not as the paper that is handed to them does.
WRITTEN = {
    "full_name": _("Name"),
    "given_name": _("First name"),
    "family_name": _("Last name"),
    "salutation": _("How a letter begins"),
    "needs": _("What they need"),
    "expectations": _("What they expect of us"),
    "say": _("What to say when they come in"),
    "best_time": _("Best time to ring"),
    "reach_by": _("How they like to be reached"),
    "met": _("How we met"),
    "referred_by_text": _("Who sent them?"),
    "language": _("Language"),
    "zone": _("Time zone"),
    "feb29_rule": _("Born on 29 February: greet them"),
}


def field_label(name: str) -> str:
    """What the pages call this field."""
    if name in LABELS:
        return str(LABELS[name])
    if name in WRITTEN:
        return str(WRITTEN[name])
    for form in (BusinessForm, SendingForm, HoursForm):
        if name in form.base_fields and form.base_fields[name].label:
            return str(form.base_fields[name].label)
    return name.replace("_", " ")


def sentence(action: str) -> str:
    """Say what was done; a verb of another room that has no words here reads as it is written."""
    return str(WORDS.get(action, action.replace("_", " ")))
