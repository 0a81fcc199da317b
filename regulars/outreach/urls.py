from __future__ import annotations

from django.urls import path

from regulars.outreach.views import hands, leaving, mailbox, outbox, pictures, replies, touches, words

app_name = "outreach"
urlpatterns = [
    path("outbox/", outbox.outbox_page, name="outbox"),
    path("outbox/batches/<int:batch_id>/releases/", outbox.release_batch, name="release-batch"),
    path("outbox/leavings/", leaving.somebody_left, name="leavings"),
    path("outbox/<int:touch_id>/", touches.touch_page, name="touch"),
    path("outbox/<int:touch_id>/letter/", touches.letter_file, name="letter"),
    path("outbox/<int:touch_id>/words/", touches.edit_words, name="edit"),
    path("outbox/<int:touch_id>/stops/", touches.stop, name="stop"),
    path("outbox/<int:touch_id>/reopenings/", touches.take_up, name="reopen"),
    path("outbox/<int:touch_id>/releases/", touches.release_one, name="release"),
    path("outbox/<int:touch_id>/retries/", touches.retry, name="retry"),
    path("outbox/<int:touch_id>/decisions/", touches.decide, name="decide"),
    path("calls/", hands.hands_list, name="hands"),
    path("calls/new/", hands.new_hand, name="new-hand"),
    path("calls/with/<int:person_id>/", hands.before_a_call, name="before-a-call"),
    path("calls/<int:touch_id>/", hands.hand_page, name="hand"),
    path("calls/<int:touch_id>/outcomes/", hands.record, name="hand-outcome"),
    path("calls/<int:touch_id>/days/", hands.put_off, name="hand-later"),
    path("calls/<int:touch_id>/skips/", hands.leave_out, name="hand-skip"),
    path("replies/", replies.replies_page, name="replies"),
    path("replies/<int:mail_id>/", replies.reply_page, name="reply"),
    path("replies/<int:mail_id>/settlings/", replies.settle_reply, name="settle-reply"),
    path("replies/<int:mail_id>/reopenings/", replies.reopen_reply, name="reopen-reply"),
    path("replies/<int:mail_id>/trust/", replies.trust_again, name="trust-again"),
    path("pictures/<slug:name>/", pictures.picture, name="picture"),
    path("words/", words.word_list, name="wordings"),
    path("words/new/", words.new_words, name="new-wording"),
    path("words/previews/", words.preview, name="preview"),
    path("words/<slug:key>/", words.edit, name="wording"),
    path("words/<slug:key>/starts/", words.start_over, name="start-over"),
    path("words/<slug:key>/archivings/", words.put_away, name="archive"),
    path("mailbox/", mailbox.mailbox_page, name="mailbox"),
    path("mailbox/checks/", mailbox.check_now, name="check-mailbox"),
    path("mailbox/letters/", mailbox.send_test, name="test-letter"),
    path("mailbox/disconnections/", mailbox.hang_up, name="disconnect"),
    path("mailbox/inboxes/", mailbox.connect_answers, name="connect-inbox"),
    path("mailbox/inboxes/closings/", mailbox.close_answers, name="close-inbox"),
    path("leave/<str:token>/", leaving.leave_page, name="leave"),
    path("leave/<str:token>/preferences/", leaving.preferences, name="preferences"),
]
