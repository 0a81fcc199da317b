"""The counter: what was sold, and noting a sale."""

from django.urls import path

from regulars.purchases.views import changing, listing, nameless, owning, selling

app_name = "purchases"
urlpatterns = [
    path("", listing.orders, name="list"),
    path("new/", selling.sale, name="sell"),
    path("counter/", selling.counter, name="counter"),
    path("new/people/", selling.people_found, name="people"),
    path("new/words/", selling.saying, name="say"),
    path("nameless/", nameless.nameless, name="nameless"),
    path("<int:order_id>/owner/", nameless.owner, name="owner"),
    path("<int:order_id>/", listing.order, name="detail"),
    path("<int:order_id>/removal/", selling.removal, name="undo"),
    path("<int:order_id>/lines/<int:position>/things/", owning.thing, name="line-thing"),
    path("<int:order_id>/refunds/", changing.refunds, name="refund"),
    path("<int:order_id>/cancellation/", changing.cancellation, name="cancel"),
]
