"""What a grading found about everybody together: reckoned in DuckDB, kept as a few rows for the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb
from django.db import transaction

from regulars.kit import clock
from regulars.standings.models import SIMPLE_GROUPS, Finding
from regulars.standings.models.groups import NAMES

NOT_BOUGHT = ("warm", "waiting", "cold")


class Found(NamedTuple):
    """The data of one finding and how many people it rests on."""

    n: int
    data: dict[str, Any]


def found(connection: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, Found]:
    """Reckon every finding from the tables of a grading."""
    return {Finding.Name.GROUPS: _groups(connection, as_of)}


def keep(findings: Mapping[str, Found], as_of: date) -> int:
    """Write the findings that differ from what is kept; returns how many. Safe to repeat."""
    kept = {finding.name: finding for finding in Finding.objects.all()}
    fresh = [
        Finding(name=name, as_of=as_of, n=said.n, data=said.data, made_at=clock.now())
        for name, said in findings.items()
        if name not in kept or (kept[name].as_of, kept[name].n, kept[name].data) != (as_of, said.n, said.data)
    ]
    with transaction.atomic():
        Finding.objects.bulk_create(
            fresh, update_conflicts=True, unique_fields=["name"], update_fields=["as_of", "n", "data", "made_at"]
        )
    return len(fresh)


def _groups(connection: duckdb.DuckDBPyConnection, as_of: date) -> Found:
    rows = connection.execute(
        'SELECT "group", count(*), sum(net_mils)::BIGINT, count(*) FILTER (slips_on <= ?) FROM wanted GROUP BY 1',
        [as_of],
    ).fetchall()
    counted = {group: (people, net, slipping) for group, people, net, slipping in rows}
    bought = [group for group in NAMES if group not in NOT_BOUGHT]
    simple = {name: _summed(counted, groups) for name, groups in SIMPLE_GROUPS.items()}
    buyers = sum(people for group, (people, _, _) in counted.items() if group not in NOT_BOUGHT)
    net = sum(net for _, net, _ in counted.values())
    data = {
        "people": sum(people for people, _, _ in counted.values()),
        "buyers": buyers,
        "net_amount": amount(net),
        "groups": _shares((group, counted.get(group, (0, 0, 0))) for group in bought),
        "simple": _shares(simple.items()),
        "not_bought": _shares((group, counted.get(group, (0, 0, 0))) for group in NOT_BOUGHT),
        "reason": "" if any(counted.get(group, (0,))[0] for group in bought) else "too-few-buyers",
    }
    return Found(buyers, data)


Counted = tuple[int, int, int]


def _summed(counted: Mapping[str, Counted], groups: Iterable[str]) -> Counted:
    found = [counted[group] for group in groups if group in counted]
    return sum(n for n, _, _ in found), sum(net for _, net, _ in found), sum(slipping for _, _, slipping in found)


def _shares(rows: Iterable[tuple[str, Counted]]) -> list[dict[str, Any]]:
    listed = list(rows)
    people, net = sum(n for _, (n, _, _) in listed), sum(paid for _, (_, paid, _) in listed)
    return [
        {
            "group": group,
            "people": n,
            "share": n / people if people else 0.0,
            "net_amount": amount(paid),
            "net_share": paid / net if net > 0 else 0.0,
            "slipping": slipping,
        }
        for group, (n, paid, slipping) in listed
    ]


def amount(mils: float) -> str:
    """Write mils as a decimal text with two places."""
    return f"{Decimal(round(mils)) / 1000:.2f}"
