"""The one exception that rules raise."""

from __future__ import annotations


class Refusal(Exception):
    """Say no, in a sentence fit for the owner.

    Pages turn it into 422, the terminal into exit status 2. `field` names the form field it belongs to, if any.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self._sentence = sentence
        self.field = field

    @property
    def sentence(self) -> str:
        return str(self._sentence)

    def __str__(self) -> str:
        return self.sentence
