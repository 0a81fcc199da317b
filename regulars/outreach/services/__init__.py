"""The verbs of this room: the only code that writes its tables."""

from regulars.outreach.drafts import checked_words, draft_hash
from regulars.outreach.services.accounts import (
    check_account,
    connect_account,
    disconnect,
    post_at_once,
    start_gently,
    test_letter,
)
from regulars.outreach.services.approving import Approved, approve, go_on, release_batches
from regulars.outreach.services.changing import (
    cancel,
    edit_draft,
    hold,
    is_delayed,
    record_outcome,
    release,
    reopen,
    send_now,
    settle_unknown,
    skip,
    take_back,
    try_again,
)
from regulars.outreach.services.connecting import NewAccount
from regulars.outreach.services.drafting import Draft, Drafts, draft_for, render
from regulars.outreach.services.enclosing import Chosen, NewFile, enclose, take_out
from regulars.outreach.services.filtering import look_as_a_filter
from regulars.outreach.services.following import count_links
from regulars.outreach.services.hands import (
    ByHand,
    Taken,
    leave_in_peace,
    mark_number_wrong,
    plan_by_hand,
    put_off,
    take_outcome,
)
from regulars.outreach.services.hearing import hear_waiting, take_news
from regulars.outreach.services.identity import check_identity, findings_of
from regulars.outreach.services.inboxes import (
    NewInbox,
    connect_inbox,
    disconnect_inbox,
    guessed_host,
    read_answers,
    read_inbox,
)
from regulars.outreach.services.leaving import come_back, leave, leave_by_address
from regulars.outreach.services.liquid import EmptyField
from regulars.outreach.services.mail_hooks import close_hook, open_hook
from regulars.outreach.services.pictures import keep_picture
from regulars.outreach.services.planning import (
    NewTouch,
    Planned,
    plan_touches,
    refresh_drafts,
)
from regulars.outreach.services.preflight import Finding, Preflight, preflight
from regulars.outreach.services.programmes import (
    account_of,
    cancel_programme,
    drain_programme,
    pause_programme,
    preview,
    resume_programme,
)
from regulars.outreach.services.reaching import count_reach_again
from regulars.outreach.services.receiving import receive
from regulars.outreach.services.replying import (
    reopen_reply,
    settle_reply,
    subject_back,
    trust_address_again,
    write_back,
)
from regulars.outreach.services.resting import has_mailbox
from regulars.outreach.services.sending import send_due
from regulars.outreach.services.signing_in import begin_sign_in, finish_by_code, finish_by_short_code
from regulars.outreach.services.suppressing import suppress, unsuppress
from regulars.outreach.services.trying import send_to_me, text_to_me
from regulars.outreach.services.wordings import (
    archive,
    back_to_start,
    check_layout,
    check_words,
    drop_variant,
    free_key,
    save_wording,
    take_again,
)

__all__ = [
    "Approved",
    "ByHand",
    "Chosen",
    "Draft",
    "Drafts",
    "EmptyField",
    "Finding",
    "NewAccount",
    "NewFile",
    "NewInbox",
    "NewTouch",
    "Planned",
    "Preflight",
    "Taken",
    "account_of",
    "approve",
    "archive",
    "back_to_start",
    "begin_sign_in",
    "cancel",
    "cancel_programme",
    "check_account",
    "check_identity",
    "check_layout",
    "check_words",
    "checked_words",
    "close_hook",
    "come_back",
    "connect_account",
    "connect_inbox",
    "count_links",
    "count_reach_again",
    "disconnect",
    "disconnect_inbox",
    "draft_for",
    "draft_hash",
    "drain_programme",
    "drop_variant",
    "edit_draft",
    "enclose",
    "findings_of",
    "finish_by_code",
    "finish_by_short_code",
    "free_key",
    "go_on",
    "guessed_host",
    "has_mailbox",
    "hear_waiting",
    "hold",
    "is_delayed",
    "keep_picture",
    "leave",
    "leave_by_address",
    "leave_in_peace",
    "look_as_a_filter",
    "mark_number_wrong",
    "open_hook",
    "pause_programme",
    "plan_by_hand",
    "plan_touches",
    "post_at_once",
    "preflight",
    "preview",
    "put_off",
    "read_answers",
    "read_inbox",
    "receive",
    "record_outcome",
    "refresh_drafts",
    "release",
    "release_batches",
    "render",
    "reopen",
    "reopen_reply",
    "resume_programme",
    "save_wording",
    "send_due",
    "send_now",
    "send_to_me",
    "settle_reply",
    "settle_unknown",
    "skip",
    "start_gently",
    "subject_back",
    "suppress",
    "take_again",
    "take_back",
    "take_news",
    "take_out",
    "take_outcome",
    "test_letter",
    "text_to_me",
    "trust_address_again",
    "try_again",
    "unsuppress",
    "write_back",
]
