"""A year of cards: begin it, plan it a night at a time, and tell the owner at the end of each month."""

from regulars.outreach.services.year.letters import last_month, mail_letter, write_month_letter
from regulars.outreach.services.year.planning import begin_year, change_day, count_again, plan_year

__all__ = ["begin_year", "change_day", "count_again", "last_month", "mail_letter", "plan_year", "write_month_letter"]
