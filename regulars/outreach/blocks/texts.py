"""The text part of a letter in blocks: the same words as the HTML, in the same order."""

from __future__ import annotations

from regulars.outreach.blocks.schema import Block, Layout

DIVIDER = "* * *"


def text_of(layout: Layout) -> str:
    """Every block as plain paragraphs; filled in or not."""
    return "\n\n".join(text for block in layout.blocks if (text := text_of_block(block)))


def text_of_block(block: Block) -> str:
    if block.kind == "picture":
        alt = f"[{block['alt']}]" if block["alt"] else ""
        return f"{alt} {shown_address(block['url'])}".strip() if alt or block["url"] else ""
    if block.kind == "button":
        return f"{block['label']}: {shown_address(block['url'])}"
    if block.kind == "offer":
        return "\n".join(part for part in (block["title"], block["text"], block["until"], block["code"]) if part)
    if block.kind == "divider":
        return DIVIDER
    return block["text"]


def shown_address(address: str) -> str:
    """An address as a person would read it aloud: a number and a mail address without their scheme."""
    scheme, _colon, rest = address.partition(":")
    if scheme.lower() in {"tel", "sms", "mailto"}:
        return rest.partition("?")[0]
    return address
