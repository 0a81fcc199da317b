"""Paper: runs of cards, the shop's stationery and its printers."""

from regulars.outreach.services.printing.proofs import proof
from regulars.outreach.services.printing.running import (
    NewRun,
    begin_run,
    forget_printed,
    print_again,
    put_back,
    settle_run,
)
from regulars.outreach.services.printing.sheets import drawn, made_again
from regulars.outreach.services.printing.stationery import (
    add_picture,
    change_stationery,
    choose_picture,
    save_printer,
    stationery,
    usual_printer,
)

__all__ = [
    "NewRun",
    "add_picture",
    "begin_run",
    "change_stationery",
    "choose_picture",
    "drawn",
    "forget_printed",
    "made_again",
    "print_again",
    "proof",
    "put_back",
    "save_printer",
    "settle_run",
    "stationery",
    "usual_printer",
]
