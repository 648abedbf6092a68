"""Which service calls which methods of which other one.

The permissions of the services' users on the broker are derived from it, so the broker refuses any other call. A test
compares it with the calls in the source code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .booking import Booking
from .description import PROTOCOLS
from .method import methods_of, service_name
from .notification import Notification
from .reporting import Reporting
from .service import Service

#: the methods that every service may call: those with which a command asks for the state of all of them
OF_EVERY_SERVICE = frozenset(methods_of(Service))
#: read again to rebuild the figures
EVENT_LOG = frozenset({"count_events", "logged_events"})

CALLS: Mapping[str, Mapping[type, frozenset[str]]] = {
    "booking": {},
    "notification": {
        Booking: frozenset({"catalogue", "contact_cards", "contact_mark", "team_contact"}),
        Reporting: frozenset({"overview"}),
    },
    "reporting": {Booking: EVENT_LOG, Notification: EVENT_LOG},
    "gateway": {
        Booking: frozenset({
            "accept_offer", "add_file", "add_note", "agenda", "amend_part", "answer_questions", "appointment",
            "appointment_by_link", "appointment_calendar", "arrivals", "arrive", "ask", "attach", "audit", "book",
            "book_follow_up", "book_for_resident", "booked_with", "call_next", "cancel", "catalogue",
            "change_offer_preferences", "check_in", "clashes", "close_time", "closures", "coming_appointments",
            "compare_configuration", "configuration", "configure", "confirm", "correct_contact", "day_counts",
            "decline_offer", "detach", "documents_due", "dossier", "drop_file", "erase_resident", "explain",
            "export_resident", "feed", "fill_in", "filled_in", "find_visits", "first_available", "free_slots",
            "give_feedback", "held", "hold", "hold_instead", "import_busy", "invitation", "invitations", "invite",
            "invite_companion", "issue_ticket", "join_waiting_list", "leave_waiting_list", "move_these",
            "municipalities", "note_address_lifted", "open_time", "part", "portal_appointment", "proposals",
            "propose_part", "provisional_of_hold", "provisional_of_link", "queue", "read_file", "replace_feed",
            "replace_link", "request_booking", "request_filled_in", "reschedule", "resources", "restore",
            "revoke_invitation", "save_refused_form", "send_code_again", "step", "ticket_step", "transfer",
            "unclosed_visits", "walk_in_topics", "why_not_expected", "withdraw_companion",
        }),
        Notification: frozenset({
            "barred", "change_words", "dead_letters", "deliveries", "end_subscription", "failures", "lift", "messages",
            "preview", "propose_words", "receipt", "redeliver", "resend", "retry_dead_letters", "send_test",
            "send_weekly_report", "subscribe", "subscriptions", "switch_on", "unsubscribe", "weekly_report", "words",
        }),
        Reporting: frozenset({
            "dead_letters", "open_data", "overview", "reference_values", "retry_dead_letters", "set_baseline",
            "set_targets", "table",
        }),
    },
}  # fmt: skip

#: methods of a service of release 0.1 that are called instead of one that it does not have
EARLIER_NAMES: Mapping[str, tuple[str, ...]] = {
    "book_for_resident": ("portal_book", "staff_book"),
    "cancel": ("portal_cancel", "staff_cancel"),
}


def user_of(owner: str) -> str:
    """The name of the user of a service, or of the backups, on the broker and on the database."""
    return f"loket-{owner}"


def permitted_calls(service: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The services that a service calls, each with the names of the methods in any version.

    A service may call all of its own methods: its commands do that, with its address and password.
    """
    for protocol in PROTOCOLS:
        target = service_name(protocol)
        names = frozenset(methods_of(protocol)) if target == service else CALLS[service].get(protocol, frozenset())
        earlier = {each for name in names for each in EARLIER_NAMES.get(name, ())}
        yield target, names | earlier | OF_EVERY_SERVICE
