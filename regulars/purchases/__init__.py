"""Purchases: what was bought, by whom, when, for how much, and what came back.

Owns products and services, orders with their lines, refunds, the totals of every person and of every day, and the
quick sale. Posts OrdersRecorded, OrderRefunded, OrderCancelled and OrdersRemoved; hears nothing: merging and
forgetting a person reach it through people.records.

Amounts are exact decimals in the business's one currency; the columns behind them are whole thousandths
(models/mils.py).
"""
