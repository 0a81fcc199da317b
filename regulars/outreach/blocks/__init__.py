"""Words as blocks: what a letter is made of, its form as text, and its form as HTML in one of three calm themes.

Pure: nothing here knows the database. `schema` is the shape as it is stored, `filling` puts a person's facts in,
`texts` and `compiling` make the two parts of the letter from the same filled blocks, `source` is the written form.
"""

from regulars.outreach.blocks.filling import filled
from regulars.outreach.blocks.schema import KINDS, PLAIN, THEMES, Block, Kind, Layout, Slot, layout_of, needed
from regulars.outreach.blocks.texts import text_of

__all__ = ["KINDS", "PLAIN", "THEMES", "Block", "Kind", "Layout", "Slot", "filled", "layout_of", "needed", "text_of"]
