"""Any other table: columns are guessed from their names and contents, and the owner corrects the guess."""

from django.utils.translation import gettext_lazy as _

from regulars.intake.formats.base import Format
from regulars.intake.staging.judging import judge_shop

GENERIC_ORDERS = Format(
    slug="orders",
    label=_("A list of sales"),
    source="file",
    takes="orders",
    tell_tale=(),
    columns={},
    judge=judge_shop,
)
GENERIC_PEOPLE = Format(
    slug="people",
    label=_("A list of people"),
    source="file",
    takes="people",
    tell_tale=(),
    columns={},
)
