"""The page on which a resident asks for an earlier time, and says which times suit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.fields import WEEKDAYS
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import WaitingEntry
from loket_contracts.rpc.booking.changes import JoinWaitingList, OfferPreferences
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..clients.catalogue_cache import CatalogueCache
from ..i18n import language
from . import words
from .action import chosen_action
from .field_errors import in_language, wrong_fields
from .page_route import appointment_route, page_route
from .render import localise, municipality_context, page, see_other

#: the part of the page of an appointment under which a refused form is stored
PART = "waiting-list"
#: the days that the page offers: all but Sunday
OFFERED_DAYS = WEEKDAYS[:6]


@dataclass(frozen=True)
class WaitingListPages:
    """An appointment on the waiting list, for its resident."""

    booking: Booking
    catalogue: CatalogueCache

    @page_route("GET", "/<municipality>/afspraak/<token>/wachtlijst")
    def ask_what_suits(self, request: Request, municipality: str, token: str) -> Response:
        """Ask which times suit. An appointment that cannot be moved is shown instead."""
        found = self.booking.appointment_by_link(municipality, token)
        if "reschedule" not in found["allowed"]:
            return see_other(request, f"/{municipality}/afspraak/{token}")
        lang, waiting = language.of(request), found["waiting_list"]
        typed, wrong = in_language(found.get("refused", {}).get(PART), lang)
        refused = request.args.get("refused") == PART and bool(wrong)
        return page(
            "waiting_list.html", request, **municipality_context(localise(request, self.catalogue.of(municipality))),
            appointment=localise(request, found), token=token, waiting=waiting, wrong=wrong if refused else {},
            refused=PART if refused else "",
            chosen=_typed(typed) if refused else _chosen(waiting),
            weekdays=list(zip(OFFERED_DAYS, language.weekdays(lang), strict=False)),
        )  # fmt: skip

    @appointment_route("POST", "/<municipality>/afspraak/<token>/wachtlijst")
    def change_waiting_list(self, request: Request, municipality: str, token: str) -> Response:
        """Do what the button says: join, change, leave, accept or decline."""
        action = chosen_action(request, "join", "change", "leave", "accept", "decline")
        found = self.booking.appointment_by_link(municipality, token)
        caller, here = Caller.resident(token), f"/{municipality}/afspraak/{token}"
        if action == "accept":
            self.booking.accept_offer(municipality, found["id"], caller)
            return see_other(request, here, moved="1")
        if action == "decline":
            self.booking.decline_offer(municipality, found["id"], caller)
            return see_other(request, here)
        if action == "leave":
            self.booking.leave_waiting_list(municipality, found["id"], caller)
            return see_other(request, here)
        given = {
            "weekday": request.form.getlist("weekday"), "parts_of_day": request.form.getlist("parts_of_day"),
            "not_before": request.form.get("not_before", "").strip() or None,
        }  # fmt: skip
        try:
            preferences = from_json(OfferPreferences, given)
            if action == "change":
                self.booking.change_offer_preferences(municipality, found["id"], preferences, caller)
            else:
                command = from_json(JoinWaitingList, {**given, "appointment": found["id"]})
                self.booking.join_waiting_list(municipality, command, caller)
        except Refusal as refusal:
            wrong = wrong_fields(refusal, lambda pointer: pointer.split("/")[1])
            typed = {name: " ".join(text) if isinstance(text, list) else text or "" for name, text in given.items()}
            self.booking.save_refused_form(municipality, token, PART, {"typed": typed, "wrong": wrong})
            return see_other(request, f"{here}/wachtlijst", refused=PART)
        if request.form.get("was_refused"):
            self.booking.save_refused_form(municipality, token, PART, None)
        return see_other(request, here, listed="1")


def preferences(entry: WaitingEntry | None, lang: str) -> str:
    """Return the times that suit a resident, in words; empty for any time."""
    if entry is None:
        return ""
    chosen = _chosen(entry)
    names = dict(zip(WEEKDAYS, language.weekdays(lang), strict=True))
    said = [names[each] for each in chosen["weekday"]]
    said += [language.translate(words.PARTS_OF_DAY[each], lang) for each in chosen["parts_of_day"]]
    if chosen["not_before"]:
        text = language.translate("not before {day}", lang)
        said.append(text.format(day=language.day(chosen["not_before"], lang, "long")))
    return ", ".join(said)


def _chosen(entry: WaitingEntry | None) -> dict[str, Any]:
    """Return what the form shows for an entry. Booking of release 0.1 returns no days or parts of the day."""
    if entry is None:
        return {"weekday": [], "parts_of_day": [], "not_before": ""}
    return {
        "weekday": entry.get("weekday", []), "parts_of_day": entry.get("parts_of_day", []),
        "not_before": (entry["not_before"] or "")[:10],
    }  # fmt: skip


def _typed(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form shows after it was refused."""
    split = {name: typed.get(name, "").split() for name in ("weekday", "parts_of_day")}
    return {**split, "not_before": typed.get("not_before", "")}
