"""The contact card that booking returns when a message is sent: recipient and appointment.

A tolerant reader: fields that are not named here are ignored.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from loket_contracts.languages import LANGUAGES, pick, spoken
from loket_contracts.rpc.booking.answers import ConfirmationEntry, ContactCardDocument, OfferEntry

#: of a municipality that chose none, as on its pages
USUAL_COLOUR = "#0b5d57"
#: one to five words of letters, as names of people are
PLAIN_NAME = re.compile(r"(?:[^\W\d_]+[.'’-]?){1,4}(?: (?:[^\W\d_]+[.'’-]?){1,4}){0,4}")


@dataclass(frozen=True)
class Offer:
    """An earlier time that is held for the resident."""

    start: dt.datetime
    end: dt.datetime
    expires: dt.datetime


@dataclass(frozen=True)
class Companion:
    """Someone who comes along. `invited`, `withdrawn`: the sequence of the appointment then."""

    name: str
    email: str
    invited: int
    withdrawn: int | None
    destination: str = ""


@dataclass(frozen=True)
class Confirmation:
    """How a provisional booking is confirmed. `booking`: its id. `token`: of the link."""

    booking: str
    code: str
    token: str
    expires: dt.datetime


@dataclass(frozen=True)
class ContactCard:
    """The recipient and the appointment, in the resident's language. It is never stored.

    `offer`: an earlier time that is held, if any. `asked`: an unanswered request of the specialist. `missing`: the
    names of the documents that are missing, and `due` the last day of each. `confirmation`: of a provisional booking.
    `destinations`: by channel, the mark by which messages to the mailbox or number are counted. `colour`: of the
    municipality, #rrggbb, with enough contrast to white. `informed_by`: the channel that staff agreed with the
    resident, sms, letter or none; None for the usual ones.
    """

    name: str
    email: str | None
    language: str
    state: str
    sequence: int
    reference: str
    start: dt.datetime
    end: dt.datetime
    time_zone: str
    what: str
    bring: tuple[str, ...]
    location: str
    channel: str
    address: str
    directions: str
    team: str
    persons: int
    municipality: str
    municipality_email: str | None
    municipality_phone: str | None
    link_token: str
    phone: str | None = None
    mark: str = ""
    team_email: str | None = None
    receives: str = ""
    municipality_id: str = ""
    offer: Offer | None = None
    asked: str = ""
    missing: tuple[str, ...] = ()
    due: tuple[dt.date, ...] = ()
    meeting_url: str = ""
    confirmation: Confirmation | None = None
    unsubscribe_proof: str = ""
    destinations: Mapping[str, str] = field(default_factory=dict)
    colour: str = USUAL_COLOUR
    informed_by: str | None = None
    companions: tuple[Companion, ...] = ()

    def companion_of(self, kind: str, sequence: int) -> Companion | None:
        """The recipient of a message to the one who comes along. `sequence`: of the event that triggered it."""
        if kind == "companion_withdrawn":
            return next((each for each in self.companions if each.withdrawn == sequence), None)
        return next((each for each in self.companions if each.withdrawn is None), None)

    @property
    def plain_name(self) -> str:
        """The name, for a message to a stranger; empty when it could be an address or an advertisement."""
        return self.name if PLAIN_NAME.fullmatch(self.name) else ""

    @classmethod
    def read(cls, given: ContactCardDocument) -> ContactCard:
        contact, location, municipality = given["contact"], given["location"], given["municipality"]
        language = spoken(contact.get("language"), tuple(municipality.get("languages", ())) + LANGUAGES)
        address, team, entry = location["address"], given["team"], given.get("waiting_list")
        return cls(
            name=contact["name"],
            email=contact.get("email"),
            language=language,
            state=given["state"],
            sequence=given["sequence"],
            reference=given["reference"],
            start=dt.datetime.fromisoformat(given["start"]),
            end=dt.datetime.fromisoformat(given["end"]),
            time_zone=given["time_zone"],
            what=", ".join(pick(kind["name"], language) for kind in given["appointment_types"]),
            bring=tuple(pick(text, language) for text in given["bring"]),
            location=pick(location["name"], language),
            channel=location["channel"],
            address=f"{address['street']}, {address['postcode']} {address['city']}" if address else "",
            directions=pick(location["directions"], language),
            team=pick(team["name"], language) if team else "",
            persons=given["persons"],
            municipality=pick(municipality["name"], language),
            municipality_email=municipality["email"],
            municipality_phone=municipality["phone"],
            link_token=given["link_token"],
            phone=contact.get("phone"),
            mark=given.get("contact_mark") or "",
            team_email=team.get("email") if team else None,
            receives=", ".join(given.get("with", ())),
            municipality_id=municipality["id"],
            offer=_offer(entry["offer"] if entry else None),
            asked=next((each["text"] for each in reversed(given.get("asked", ())) if not each["answer"]), ""),
            meeting_url=location.get("meeting_url") or "",
            due=tuple(dt.date.fromisoformat(day) for day in given.get("documents_due", ())),
            missing=tuple(pick(text, language) for text in given.get("missing_documents", ())),
            unsubscribe_proof=given.get("unsubscribe_proof", ""),
            destinations=given.get("destinations", {}),
            informed_by=contact.get("informed_by"),
            confirmation=_confirmation(given["id"], given.get("confirmation")),
            colour=given.get("colour") or USUAL_COLOUR,
            companions=tuple(
                Companion(each["name"], each["email"], each["invited"], each["withdrawn"], each.get("destination", ""))
                for each in given.get("companions", ())
            ),
        )


def _confirmation(booking: str, given: ConfirmationEntry | None) -> Confirmation | None:
    if given is None:
        return None
    return Confirmation(booking, given["code"], given["token"], dt.datetime.fromisoformat(given["expires_at"]))


def _offer(given: OfferEntry | None) -> Offer | None:
    if given is None:
        return None
    moments = (given["start"], given["end"], given["expires_at"])
    return Offer(*(dt.datetime.fromisoformat(each) for each in moments))
