"""A resident who does not exist, to try texts on: when they are loaded, previewed and test-sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ..domain.card import ContactCard, Offer
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


def sample_card(kind: str, language: str, municipality: str = "rumst") -> ContactCard:
    """A card in the state that this kind of message needs."""
    what, bring, location, directions, team, called, asked, missing = WORDS[language]
    card = ContactCard(
        name="Lieve Peeters", email="lieve@example.org", language=language, state=KINDS[kind].state, sequence=2,
        reference="7K3Q-9F2M", start=START, end=START + dt.timedelta(minutes=45), time_zone="Europe/Brussels",
        what=what, bring=(bring,), location=location, channel="on_site", address="Koning Albertplein 1, 2840 Rumst",
        directions=directions, team=team, persons=1, municipality=called, municipality_email="omgeving@rumst.example",
        municipality_phone="+32 3 555 01 00", link_token="0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
        phone="+32470123456", mark="sample", team_email="team@rumst.example", receives="An Claes",
        municipality_id=municipality,
    )  # fmt: skip
    if kind == "offer":
        earlier = START - dt.timedelta(days=4)
        return replace(
            card, offer=Offer(earlier, earlier + dt.timedelta(minutes=45), earlier - dt.timedelta(days=1, hours=1))
        )
    return replace(card, asked=asked, missing=(missing,))
