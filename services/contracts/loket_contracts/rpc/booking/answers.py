"""Answers of booking, which are JSON as they are. Times are RFC 3339, dates YYYY-MM-DD, texts are by language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from ...refusal_codes import RefusalCode

#: a text by language; a municipality need not have every language
Text = Mapping[str, str]


class MunicipalityEntry(TypedDict):
    """A municipality and how to reach it. `languages`: its default first."""

    id: str
    name: Text
    time_zone: str
    languages: list[str]
    country: str
    email: str | None
    phone: str | None
    website: str | None


class AddressEntry(TypedDict):
    """A postal address."""

    street: str
    postcode: str
    city: str


class LocationEntry(TypedDict):
    """A place, or telephone, video or a site visit. `meeting_url`: only for the resident of an appointment."""

    id: str
    name: Text
    channel: str
    time_zone: str
    address: AddressEntry | None
    directions: Text
    meeting_url: NotRequired[str | None]


class TeamEntry(TypedDict):
    """A team by name. `email`: only in an appointment."""

    id: str
    name: Text
    email: NotRequired[str | None]


class NamedEntry(TypedDict):
    """An entry of the catalogue by name."""

    id: str
    name: Text


class ChoiceEntry(TypedDict):
    """One choice of a question."""

    id: str
    label: Text


#: a question is asked only if another has one of these answers
ConditionEntry = TypedDict("ConditionEntry", {"question": str, "is": list[str]})


class QuestionEntry(TypedDict):
    """A question of an intake form."""

    id: str
    label: Text
    kind: str
    required: bool
    hint: Text
    choices: list[ChoiceEntry]
    only_if: ConditionEntry | None
    due_working_days: int | None


class GuidanceEntry(TypedDict):
    """What a resident can read before booking, and where."""

    text: Text
    link: str | None


class AppointmentTypeEntry(TypedDict):
    """What can be booked. `visibility`: public, link or staff. `confirm`: none, email or sms.

    `specialist_languages`: those that its people speak (ISO 639-1), when residents have a choice; else empty.
    `icon`: one of TOPIC_ICONS.
    """

    id: str
    name: Text
    description: Text
    category: Text
    team: str
    locations: list[str]
    duration: int
    per_extra_person: int
    notice_hours: int
    notice_working_days: int
    horizon_days: int
    bring: list[Text]
    visibility: str
    keywords: list[Text]
    guidance: GuidanceEntry | None
    questions: list[QuestionEntry]
    confirm: NotRequired[str]
    specialist_languages: NotRequired[list[str]]
    icon: NotRequired[str | None]


class OnlineEntry(TypedDict):
    """`origins`: of websites that may call the API. `friction`: whether a hold needs proof of work.

    `friction_from`: the slots that strangers take in an hour before it does without `friction`; 0 for never.
    """

    origins: list[str]
    friction: bool
    friction_from: NotRequired[int]


class LookEntry(TypedDict):
    """The colour and logo of the pages, where it has its own."""

    colour: str | None
    logo: str | None


class BodyEntry(TypedDict):
    """An organisation that residents can turn to."""

    name: Text
    url: str


class RetentionEntry(TypedDict):
    """A topic with a retention of its own. `pseudonymise`: the answers by choice stay, without the person."""

    name: Text
    retention_days: int
    pseudonymise: bool


class PrivacyEntry(TypedDict):
    """What the privacy statement needs. `retention_days`: after a visit. `text`: the municipality's own paragraph."""

    url: str | None
    address: str | None
    officer_email: str | None
    officer_phone: str | None
    recipients: list[Text]
    authority: BodyEntry | None
    retention_days: int
    retention_of_types: list[RetentionEntry]
    message_record_days: int
    text: Text


class AccessibilityEntry(TypedDict):
    """What the accessibility statement needs. Dates are YYYY-MM-DD. `status`: full, partial or none."""

    url: str | None
    status: str
    gaps: list[Text]
    burdens: list[Text]
    exempt: list[Text]
    prepared: str | None
    reviewed: str | None
    assessed_by: str
    report_url: str | None
    email: str | None
    phone: str | None
    enforcement: BodyEntry | None
    law: Text


class RemovedEntries(TypedDict):
    """Entries that were removed from the configuration, to which appointments still refer."""

    locations: list[LocationEntry]
    teams: list[TeamEntry]
    resources: list[NamedEntry]
    appointment_types: list[AppointmentTypeEntry]


class Catalogue(TypedDict):
    """All public data of a municipality. `version`: of its configuration.

    Release 0.1 has neither `privacy` nor `accessibility`.
    """

    municipality: MunicipalityEntry
    version: int
    online: OnlineEntry
    look: LookEntry
    privacy: NotRequired[PrivacyEntry]
    accessibility: NotRequired[AccessibilityEntry]
    reasons: dict[str, list[str]]
    locations: list[LocationEntry]
    teams: list[TeamEntry]
    appointment_types: list[AppointmentTypeEntry]
    removed: RemovedEntries


class OfferEntry(TypedDict):
    """An earlier time that is held for a resident on the waiting list."""

    start: str
    end: str
    expires_at: str


class WaitingEntry(TypedDict):
    """An entry on the waiting list, with its offer and the times that suit. `after`, `before`: HH:MM."""

    state: str
    joined_at: str
    not_before: str | None
    offer: OfferEntry | None
    weekday: NotRequired[list[str]]
    parts_of_day: NotRequired[list[str]]
    after: NotRequired[str | None]
    before: NotRequired[str | None]


class FileEntry(TypedDict):
    """A file of an appointment, without its content."""

    id: str
    question: str | None
    name: str
    media_type: str
    size: int


class RequestEntry(TypedDict):
    """What the specialist asked for; `answer` is None until it is answered."""

    text: str
    answer: str | None


#: an appointment as its resident sees it. `with`: the specialists, if their names are public
AppointmentView = TypedDict(
    "AppointmentView",
    {
        "id": str,
        "reference": str,
        "state": str,
        "sequence": int,
        "appointment_types": list[NamedEntry],
        "bring": list[Text],
        "location": LocationEntry,
        "team": TeamEntry | None,
        "with": list[str],
        "persons": int,
        "phone": str | None,
        "start": str,
        "end": str,
        "time_zone": str,
        "language": str,
        "specialist_language": NotRequired[str | None],
        "allowed": list[str],
        "move_refusal": RefusalCode | None,
        "move_to": list[LocationEntry],
        "answers": dict[str, str],
        "files": list[FileEntry],
        "missing": list[str],
        "asked": list[RequestEntry],
        "waiting_list": WaitingEntry | None,
    },
)


class RefusedForm(TypedDict):
    """A form that was refused, until it is filled in correctly: what was typed, and what is wrong, by field."""

    typed: dict[str, str]
    wrong: dict[str, str]


class ContactEntry(TypedDict):
    """The resident, how to reach them, and what they need. All but the name may be None or absent."""

    name: str
    email: NotRequired[str | None]
    phone: NotRequired[str | None]
    language: NotRequired[str | None]
    visitor: NotRequired[str | None]
    interpreter: NotRequired[str | None]
    access_needs: NotRequired[str | None]
    informed_by: NotRequired[str | None]


class CompanionEntry(TypedDict):
    """Someone who comes along. `invited`, `withdrawn`: the sequence of the appointment then; None when it is not.

    `destination`: the pseudonym of the mailbox, by which messages are counted.
    """

    name: str
    email: str
    invited: int
    withdrawn: int | None
    destination: NotRequired[str]


class OwnAppointment(AppointmentView):
    """An appointment with the resident's contact data, for its own page. `refused`: forms by part of the page.

    `companion`: who is invited to come along. `may_invite`: whether another one can be.

    `rated`: whether the resident gave feedback. `fixed`: the contact data that cannot be corrected here.
    `restorable_until`: when the resident who cancelled it can no longer take that back.
    """

    contact: NotRequired[ContactEntry]
    rated: NotRequired[bool]
    fixed: NotRequired[list[str]]
    restorable_until: NotRequired[str | None]
    refused: NotRequired[dict[str, RefusedForm]]
    companion: NotRequired[CompanionEntry | None]
    may_invite: NotRequired[bool]


class ConfirmationEntry(TypedDict):
    """How to confirm a provisional booking: the code, or the token of a link, until it expires."""

    code: str
    token: str
    expires_at: str


class ContactCardDocument(AppointmentView):
    """The appointment with its resident, for notification at the time of sending.

    `contact_mark`: the pseudonym of the person. `missing_documents`: the names of the documents that are missing, and
    `documents_due`: the last day of each of them.
    `confirmation`: only of a provisional booking. `destinations`: by channel (email, sms), the pseudonym of the mailbox
    or number, by which messages are counted. `unsubscribe_proof`: for the unsubscribe link, which only mails contain.
    `colour`: of the municipality, None for the usual one.
    """

    contact: ContactEntry
    contact_mark: str | None
    link_token: str
    municipality: MunicipalityEntry
    missing_documents: list[Text]
    documents_due: NotRequired[list[str]]
    unsubscribe_proof: NotRequired[str]
    confirmation: NotRequired[ConfirmationEntry]
    destinations: NotRequired[dict[str, str]]
    colour: NotRequired[str | None]
    companions: NotRequired[list[CompanionEntry]]


class CardOrRefusal(TypedDict):
    """The contact card of one appointment, or why there is none. It has exactly one of these."""

    card: NotRequired[ContactCardDocument]
    refused: NotRequired[RefusalCode]


class TeamContact(TypedDict):
    """The names of a team and its municipality, and the address and language of the team."""

    team: Text
    email: str | None
    municipality: Text
    language: str
