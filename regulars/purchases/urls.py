"""The counter: what was sold, and noting a sale."""

from django.urls import path

from regulars.purchases.views import changing, commissions, exchanging, listing, nameless, owning, parties, selling

app_name = "purchases"
urlpatterns = [
    path("", listing.orders, name="list"),
    path("new/", selling.sale, name="sell"),
    path("counter/", selling.counter, name="counter"),
    path("new/people/", selling.people_found, name="people"),
    path("new/words/", selling.saying, name="say"),
    path("parties/", parties.parties, name="parties"),
    path("parties/new/", parties.new_party, name="party-new"),
    path("parties/<int:party_id>/", parties.party, name="party"),
    path("parties/<int:party_id>/guests/", parties.guests, name="guests"),
    path("parties/<int:party_id>/guests/<int:guest_id>/hosting/", parties.hosting, name="hosting"),
    path("parties/<int:party_id>/closings/", parties.closing, name="party-closing"),
    path("commissions/", commissions.commissions, name="commissions"),
    path("commissions/<int:merchant_id>/payouts/", commissions.payout, name="payout"),
    path("nameless/", nameless.nameless, name="nameless"),
    path("<int:order_id>/owner/", nameless.owner, name="owner"),
    path("<int:order_id>/", listing.order, name="detail"),
    path("<int:order_id>/removal/", selling.removal, name="undo"),
    path("<int:order_id>/lines/<int:position>/things/", owning.thing, name="line-thing"),
    path("<int:order_id>/exchanges/", exchanging.exchanges, name="exchange"),
    path("<int:order_id>/refunds/", changing.refunds, name="refund"),
    path("<int:order_id>/cancellation/", changing.cancellation, name="cancel"),
]
