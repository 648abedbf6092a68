"""A fictitious resident, for checking, previewing and test-sending texts.

Loading a plan uses the sample words below; previews use the catalogue of the municipality.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from loket_contracts.languages import DEFAULT_LANGUAGE, pick
from loket_contracts.rpc.booking.answers import Catalogue

from ..domain.card import Companion, Confirmation, ContactCard, Offer
from ..domain.kinds import KINDS

START = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
WORDS = {
    "nl": ("Bouwadvies", "Een plan van het perceel", "Gemeentehuis", "Neem de lift naar de eerste verdieping.",
           "Ruimtelijke ordening", "Gemeente Rumst", "Wie is uw architect?", "Het grondplan"),
    "fr": ("Conseil en construction", "Un plan de la parcelle", "Maison communale", "Prenez l'ascenseur.",
           "Aménagement du territoire", "Commune de Rumst", "Qui est votre architecte?", "Le plan"),
    "de": ("Bauberatung", "Ein Plan des Grundstücks", "Gemeindehaus", "Nehmen Sie den Aufzug.",
           "Raumordnung", "Gemeinde Rumst", "Wer ist Ihr Architekt?", "Der Grundriss"),
    "en": ("Building advice", "A plan of the plot", "Town hall", "Take the lift to the first floor.",
           "Spatial planning", "Municipality of Rumst", "Who is your architect?", "The ground plan"),
}  # fmt: skip


def language_of(asked: str | None, about: Catalogue | None) -> str:
    """The language asked for, else the first of the municipality whose catalogue `about` is, else the default."""
    return asked or (about["municipality"]["languages"][0] if about else DEFAULT_LANGUAGE)


def sample_card(kind: str, language: str, about: Catalogue | None = None) -> ContactCard:
    """A card in the state that this kind of message needs. `about`: the catalogue of the municipality, from booking."""
    what, bring, location, directions, team, called, asked, missing = WORDS[language]
    card = ContactCard(
        name="Lieve Peeters", email="lieve@example.org", language=language, state=KINDS[kind].state, sequence=2,
        reference="7K3Q-9F2M", start=START, end=START + dt.timedelta(minutes=45), time_zone="Europe/Brussels",
        what=what, bring=(bring,), location=location, channel="on_site", address="Koning Albertplein 1, 2840 Rumst",
        directions=directions, team=team, persons=1, municipality=called, municipality_email="omgeving@rumst.example",
        municipality_phone="+32 3 555 01 00", link_token="0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
        phone="+32470123456", mark="sample", team_email="team@rumst.example", receives="An Claes",
        municipality_id="rumst",
    )  # fmt: skip
    if about is not None:
        card = _of_municipality(card, about)
    if KINDS[kind].is_code:
        confirmation = Confirmation("0123456789abcdef", "270416", card.link_token, START - dt.timedelta(hours=2))
        return replace(card, confirmation=confirmation, reference="")
    if kind == "offer":
        earlier = START - dt.timedelta(days=4)
        return replace(
            card, offer=Offer(earlier, earlier + dt.timedelta(minutes=45), earlier - dt.timedelta(days=1, hours=1))
        )
    if KINDS[kind].to == "companion":
        withdrawn = card.sequence if kind == "companion_withdrawn" else None
        return replace(card, companions=(Companion("Jan Peeters", "jan@example.org", 2, withdrawn),))
    return replace(card, asked=asked, missing=(missing,))


def _of_municipality(card: ContactCard, about: Catalogue) -> ContactCard:
    """The same card at this municipality: about its first topic that people can come for, where they are received."""
    known, language = about["municipality"], card.language
    places = sorted(about["locations"], key=lambda place: place["channel"] != "on_site")
    kinds = [kind for kind in about["appointment_types"] if kind["visibility"] == "public"]
    place, kind = next(((place, kind) for place in places for kind in kinds if place["id"] in kind["locations"]),
                       (places[0], None))  # fmt: skip
    address = place["address"]
    team = next((team for team in about["teams"] if kind and team["id"] == kind["team"]), None)
    return replace(
        card,
        municipality=pick(known["name"], language),
        municipality_id=known["id"],
        municipality_email=known["email"],
        municipality_phone=known["phone"],
        time_zone=place["time_zone"],
        location=pick(place["name"], language),
        channel=place["channel"],
        address=f"{address['street']}, {address['postcode']} {address['city']}" if address else "",
        directions=pick(place["directions"], language),
        what=pick(kind["name"], language) if kind else card.what,
        bring=tuple(pick(text, language) for text in kind["bring"]) if kind else card.bring,
        team=pick(team["name"], language) if team else card.team,
        team_email=known["email"],
    )
