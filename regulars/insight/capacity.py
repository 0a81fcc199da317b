"""What the top tenth of a group of peers spends: exact order statistics by group, from grouped counts."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import NormalDist
from typing import Any, NamedTuple

import narwhals as nw

from regulars.insight.frames import Frame
from regulars.insight.tables import fetched, merged, table_like

TOP = 0.9
MOST_GROUPS = 2_000
_PER_DOUBLING = 64  # buckets to a factor of two


class Capacity(NamedTuple):
    """The 90th percentile of what a group of peers spends, with its interval."""

    value: float
    low: float
    high: float
    n: int


def capacities(people: Frame, minimum_peers: int, confidence: float) -> dict[str, Capacity]:
    """Find the 90th percentile of ``spend_key`` (whole, > 0) in each group ``peers`` (text) with enough people.

    The interval is that of order statistics (Conover 1999, "Practical Nonparametric Statistics", 3.2). Two passes:
    counts by bucket (64 to a doubling), then the values of the buckets that hold the places looked for.
    """
    sizes = people.group_by("peers").agg(n=nw.len()).filter(nw.col("n") >= minimum_peers)
    biggest = fetched(sizes.sort("n", "peers", descending=[True, False]).head(MOST_GROUPS))
    counts = {peers: int(n) for peers, n in biggest if peers is not None}
    if not counts:
        return {}
    small = table_like(people, {"peers": ("text", list(counts))})
    bucket = (nw.col("spend_key").cast(nw.Float64).log(2) * _PER_DOUBLING).floor().cast(nw.Int64)
    held = merged(people.select("peers", "spend_key", bucket=bucket), small, ["peers"])
    places = {peers: _places(n, confidence) for peers, n in counts.items()}
    wanted = _buckets(fetched(held.group_by("peers", "bucket").agg(n=nw.len())), places)
    inside = table_like(
        people,
        {"peers": ("text", [p for p, _ in wanted]), "bucket": ("whole", [bucket for _, bucket in wanted])},
    )
    chosen = merged(held, inside, ["peers", "bucket"]).group_by("peers", "bucket", "spend_key").agg(n=nw.len())
    values: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for peers, number, key, n in fetched(chosen):
        values[peers, int(number)].append((int(key), int(n)))
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for (peers, number), rests in wanted.items():
        for place, rest in rests:
            found[peers][place] = _at(sorted(values[peers, number]), rest)
    made = {}
    for peers, n in counts.items():
        value, low, high = (float(found[peers][place]) for place in places[peers])
        made[peers] = Capacity(value, low, high, n)
    return made


def _places(n: int, confidence: float) -> tuple[int, int, int]:
    """Give the places of the percentile and of its interval, counted from 1."""
    spread = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(n * TOP * (1 - TOP))
    low, high = math.ceil(n * TOP - spread), math.ceil(n * TOP + spread)
    return math.ceil(n * TOP - 1e-9), max(1, low), min(n, high)


def _buckets(
    rows: list[tuple[Any, ...]], places: dict[str, tuple[int, int, int]]
) -> dict[tuple[str, int], list[tuple[int, int]]]:
    """Find the bucket of each place, and its place within that bucket."""
    by_peers: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for peers, bucket, n in rows:
        by_peers[peers].append((int(bucket), int(n)))
    found: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for peers, counts in by_peers.items():
        for place in set(places[peers]):
            rest = place
            for bucket, n in sorted(counts):
                if rest <= n:
                    found[peers, bucket].append((place, rest))
                    break
                rest -= n
    return found


def _at(values: list[tuple[int, int]], place: int) -> int:
    for value, n in values:
        if place <= n:
            return value
        place -= n
    raise ValueError(f"there is no place {place}")
