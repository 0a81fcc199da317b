"""What the last grading found about everybody together: a few rows of JSON that pages read instead of a million people.

Amounts are texts of decimals in the currency of the business ("1234.50"), days and months are texts ("2026-03-01"),
shares lie between 0 and 1, an estimate is ``{"value", "low", "high"}``. Where there is too little to say, the lists are
empty and ``reason`` is a key of `words.REASONS` (`words.why_not` says it in words); otherwise ``reason`` is "". Where
people are missing, ``needed`` says how many who bought twice it takes and ``have`` how many there are (pages say both).

groups: people, buyers, net_amount; groups, simple, not_bought: lists of {group, people, share, net_amount, net_share,
    slipping} (slugs of Group and SimpleGroup; share of everybody in that list; slipping: how many slip)
retention: period ("month", "quarter"); cohorts: list of {start, people, came: [people who came in period 0, 1, ...]};
    repeat: estimate (share of buyers who came a second time); buyers
second: curve: list of {day, share, low, high, waiting} (share who came again within so many days, Kaplan-Meier);
    median_days (null while under half came)
survival: lines: list of {by, key, people, curve: list of {day, share, low, high}} (share still coming, by what)
value: horizon_days, margin_rate, people, total: estimate of amounts; buckets: list of {from_amount, before_amount
    (null: no end), people, value_amount}; top_share: {"10": share of the value in the best tenth, "20": ...}
forecast: months: list of {month, purchases, purchases_low, purchases_high, amount, amount_low, amount_high};
    purchases, amount: estimates for the 12 months, as paid; past: list of {month, purchases, amount}; is_seasonal;
    margin_rate (what is left to the owner of each unit paid, or null)
slipping: people, is_seasonal (quiet months are allowed for), margin_rate; at_stake_amount (12 months at their own
    pace), expected_amount (as likely as they come back), lost_amount (the difference); bands: list of {times_from,
    times_before (null: no end), people, at_stake_amount, expected_amount, lost_amount, named}, by how many times their
    usual gap they have been silent; named: the 12 with the most to lose, {person_id, silent_days, usual_gap_days,
    at_stake_amount, lost_amount}
model: the model card: name, since, fitted_on, params, standard_errors, n, log_likelihood, why, warnings: list of {kind,
    figures of it} (`regulars.insight.cautions`), backtest: list
    of {model, mae, rmse, bias_rate, coverage_95, gini, top_decile_rate, is_chosen, is_heuristic}, recalibration, spend:
    {p, q, v, n}, margin_rate; calibration: list of {people, expected, happened}, mean purchases a person by tenth of
    what was expected, the least first; last: {from, until, people, expected: estimate, happened}, the purchases of
    everybody in the last stretch that was held out ({} without one)
peers: top, top_low, top_high: what the top tenth of those who bought in the last 365 days spent in them, as an amount
    with its interval (null where fewer than 40 bought); `standings.room` reads a person's share against it
products: again: {product: {people, repeated, low, gap_days, low_days, high_days}}, how soon a product is bought again
    (8 in 10 within low_days to high_days; low: the least share who do); after: {product: list of {product, people,
    followed, low, days, days_high}}, what so many of so many people bought later, the likeliest first; keys are ids
room: groups: list of {group, grow, full, between}; asked, estimated: on what it rests, in people; named: the twelve
    with the most room among those who come often, {person_id, share, basis, amount}
potential: people (in touch, not bought); horizon_days; groups: list of {group, people, n (people like them on earlier
    days), p_buys: estimate of a share or null, expected: estimate of an amount or null}; named: the 120 to call first,
    {person_id, group, signs, last_contact_on, expected (estimate of an amount or null), basis ("asked", "estimated")}
"""

from __future__ import annotations

from django.db import models


class Finding(models.Model):
    """One finding of the last grading; rebuilt by the next one. `n` is how many people it rests on."""

    class Name(models.TextChoices):
        GROUPS = "groups"
        RETENTION = "retention"
        SECOND = "second"
        SURVIVAL = "survival"
        VALUE = "value"
        FORECAST = "forecast"
        SLIPPING = "slipping"
        MODEL = "model"
        PEERS = "peers"
        PRODUCTS = "products"
        ROOM = "room"
        POTENTIAL = "potential"

    name = models.CharField(max_length=16, unique=True, choices=Name.choices)
    as_of = models.DateField()
    data = models.JSONField(default=dict)
    n = models.IntegerField(default=0)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.as_of}"
