"""What is carried away, and what came of it: the words every carrier shares, from a mail server to a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from regulars.outreach.channels.email.letters import Letter

Kind = Literal["sent", "later", "refused", "no_such_address", "unknown", "account", "here"]
Stage = Literal["connecting", "greeted", "sender", "recipient", "data", "handing over", "handed over", "answered"]
Mark = Callable[[Stage], None]


@dataclass(frozen=True)
class Envelope:
    touch_id: int
    sender: str
    recipient: str
    content: bytes
    kept_as: str = ""
    # For a service that writes the letter on the wire itself.
    letter: Letter | None = None


@dataclass(frozen=True)
class Result:
    """What came of one letter. `unknown` only when every byte was handed over and no good answer came back."""

    kind: Kind
    stage: Stage
    code: int = 0
    said: str = ""
    # The name a service gave the letter, where it gives one.
    provider_id: str = ""
    # Nobody knows, and the next one would fare no better: the account rests.
    closes: bool = False
