"""A method of booking knows who calls it, so that it can keep one team's data from another team."""

from loket_contracts.rpc import method
from loket_contracts.rpc.booking import Booking

#: what anyone may know, or what belongs to a hold, whose id is a secret
PUBLIC = {
    "attach", "book", "book_filled_in", "catalogue", "day_counts", "detach", "explain", "fill_in", "filled_in",
    "first_available", "free_slots", "held", "hold", "hold_instead", "issue_ticket", "municipalities", "ping", "queue",
}  # fmt: skip
#: a kiosk has to give a reference or a name
KIOSK = {"arrivals", "why_not_expected"}
#: of a whole municipality, with a permission that the gateway checks
MUNICIPALITY = {"audit", "compare_configuration", "configuration", "explain_to_staff", "staff_slots"}
#: for other services
SERVICES = {"contact_cards", "count_events", "logged_events", "team_contact"}
#: `who` and `token`: of methods that do not have `caller` yet
CALLERS = {"caller", "token", "who"}


def test_a_method_for_staff_takes_their_caller_with_its_teams():
    without = {
        name
        for name, function in method.methods_of(Booking).items()
        if not CALLERS.intersection(method.method_of(function).parameters)
    }
    assert without <= PUBLIC | KIOSK | MUNICIPALITY | SERVICES
