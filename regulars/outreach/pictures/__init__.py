"""Pictures for paper: what is truly a picture, upright, without what a camera wrote into it, no larger than paper
needs; and a signature without the paper it stands on.

Reading a stranger's picture is done in a child process (`python -m regulars.outreach.pictures`), with a time limit.
"""

from regulars.outreach.pictures.drawing import Checked, checked, without_paper
from regulars.outreach.pictures.kinds import size_of

__all__ = ["Checked", "checked", "size_of", "without_paper"]
