"""Which two of many are compared: those that share a narrow key."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from regulars.people.likeness.facts import Facts
from regulars.people.likeness.keys import NAME, keys_of

WIDEST = 60
# In a book of more people than this a name alone proves nothing, and there are too many namesakes to compare.
NAMES_UP_TO = 50_000

Ids = npt.NDArray[np.int64]


class Blocks:
    """Gathers the keys of people and pairs those that share one: sixteen bytes a key."""

    def __init__(self, *, with_names: bool = True) -> None:
        self.with_names = with_names
        self._keys, self._people = array("q"), array("q")

    def add(self, people: Iterable[Facts]) -> None:
        for one in people:
            keys = {hash(key) for key in keys_of(one) if self.with_names or key[0] != NAME}
            self._keys.extend(keys)
            self._people.extend([one.person_id] * len(keys))

    def pairs(self, changed: Iterable[int] | None = None) -> Ids:
        """Return pairs (low, high) in order, each once; with `changed` only those with one of these."""
        keys, people = np.frombuffer(self._keys, np.int64), np.frombuffer(self._people, np.int64)
        if not len(keys):
            return np.empty((0, 2), np.int64)
        order = np.lexsort((people, keys))
        keys, people = keys[order], people[order]
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        sizes = np.diff(np.append(starts, len(keys)))
        wanted = np.repeat(sizes <= WIDEST, sizes)
        # After this, a step of n along the rows is a step to the n-th neighbour of the same block.
        keys, people = keys[wanted], people[wanted]
        news = None if changed is None else np.fromiter(changed, np.int64)
        found = list(_stepping(keys, people, news))
        if not found:
            return np.empty((0, 2), np.int64)
        packed = np.unique(np.concatenate(found))
        return np.column_stack((packed >> 32, packed & 0xFFFFFFFF))


def _stepping(keys: Ids, people: Ids, news: Ids | None) -> Iterator[Ids]:
    for step in range(1, WIDEST):
        same = np.flatnonzero(keys[step:] == keys[:-step])
        if not len(same):
            return
        low, high = people[same], people[same + step]
        if news is not None:
            touched = np.isin(low, news) | np.isin(high, news)
            low, high = low[touched], high[touched]
        yield np.unique((low << 32) | high)
