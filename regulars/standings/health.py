"""Whether gradings can be reckoned where the setting says."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.kit.health import Finding


def analytics() -> Finding:
    """Say which engine grades; for Spark also what is missing on this machine. No query."""
    if settings.ANALYTICS == "duckdb":
        return Finding("analytics", True, _("Gradings are reckoned on this machine, by DuckDB."))
    from regulars.standings.engines.spark import why_spark_cannot_run

    missing = why_spark_cannot_run()
    if missing:
        return Finding("analytics", False, missing)
    return Finding(
        "analytics", True, _("Gradings are reckoned by Spark, at %(where)s.") % {"where": settings.ANALYTICS}
    )
