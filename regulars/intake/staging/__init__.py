"""Staging: a sheet becomes typed orders, refunds and people in DuckDB, set by set; what cannot is named with its reason.

The steps, one module each, in their order: loading (columns into fields), typing (texts into amounts and moments),
judging (what each row is; the format decides), baskets (rows into orders), refunds, who (rows into people), units
(what is written, in the order it is written).
"""
