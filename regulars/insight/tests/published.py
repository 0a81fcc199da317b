"""The published order files, as the lifetime tests read them."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd

from regulars import insight
from regulars.insight.tests.real_data import needs, real_data

SAMPLE, GROCERY = "orders/cdnow_sample.txt", "orders/grocery.csv"
CALIBRATED_UNTIL = date(1997, 9, 30)
GROCERY_UNTIL = date(2006, 12, 31)

needs_orders = needs(SAMPLE, GROCERY)


@cache
def cdnow() -> pd.DataFrame:
    columns = ["old", "customer", "day", "cds", "amount"]
    orders = pd.read_csv(real_data(SAMPLE), sep=r"\s+", names=columns, dtype={"day": str})
    return orders.assign(day=pd.to_datetime(orders["day"], format="%Y%m%d"))[["customer", "day", "amount"]]


@cache
def grocery() -> pd.DataFrame:
    orders = pd.read_csv(real_data(GROCERY)).rename(columns={"cust": "customer", "date": "day"})
    return orders.assign(day=pd.to_datetime(orders["day"]), amount=1.0)


@cache
def cdnow_facts() -> pd.DataFrame:
    return insight.summary(cdnow(), CALIBRATED_UNTIL)


@cache
def grocery_facts() -> pd.DataFrame:
    return insight.summary(grocery(), GROCERY_UNTIL)
