"""Revoke one link or one calendar feed: a new one takes its place, and the earlier one opens nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ..store.audit import Audit
from ..store.cards import Card
from ..store.configurations import Configurations
from ..store.link_generations import LinkGenerations
from ..store.links import Links
from .ports import Clock
from .request import Request


@dataclass(frozen=True)
class LinkReplacementCommands:
    link_generations: LinkGenerations
    configurations: Configurations
    audit: Audit
    links: Links
    clock: Clock

    def replace_link(self, card: Card, request: Request) -> None:
        """Replace the link of an appointment. Messages that are sent from now on have the new one."""
        self.link_generations.replace_link(card.id, partial(self.links.token, card.id), self.clock())
        self.audit.record(card.municipality, request.actor, "changed", self.clock(), card.id, "link")

    def replace_feed(self, municipality: str, resource: str, request: Request) -> str:
        """Replace the address of a feed, and return the token of the new one. Raises Refusal: unknown-resource."""
        self.configurations.calendar(municipality).municipality.require_resource(resource)
        generation = self.link_generations.replace_feed(municipality, resource, self.clock())
        self.audit.record(municipality, request.actor, "changed", self.clock(), detail=f"feed {resource}")
        return self.links.feed(municipality, resource, generation)
