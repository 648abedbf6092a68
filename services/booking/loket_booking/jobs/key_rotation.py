"""After a change of the keys of links, store the hashes that follow from the new ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loket_chassis.runtime.tokens import hash_of

from ..commands.ports import Clock
from ..store.cards import Card, Cards
from ..store.fallback_links import FallbackLink, FallbackLinks
from ..store.link_generations import LinkGenerations
from ..store.links import Links

BATCH = 1000
#: an instance that had the earlier keys may have booked during the first pass
PASSES = 2
UNTIL_SECOND_PASS = dt.timedelta(hours=1)


@dataclass(frozen=True)
class KeyRotation:
    cards: Cards
    fallback_links: FallbackLinks
    links: Links
    link_generations: LinkGenerations
    clock: Clock

    def rehash_links(self) -> int:
        """Replace the hashes of the links of all cards after the keys changed. Returns the number of cards.

        The hash of a key that is gone then opens nothing. A run that ends early continues where it stopped; two at the
        same time write the same. A process whose keys are not the latest does nothing.
        """
        now, rotation = self.clock(), self.fallback_links.rotation()
        if rotation is None or rotation.id != " ".join(self.links.key_ids) or rotation.passes == PASSES:
            return 0
        if rotation.passed_at and now < rotation.passed_at + UNTIL_SECOND_PASS:
            return 0
        replaced = 0
        while cards := self.cards.after(rotation.last, BATCH):
            replaced += self._rehash([card for card in cards if not card.pseudonymised])
            rotation = replace(rotation, last=cards[-1].id)
            self.fallback_links.save_rotation(rotation)
        self.fallback_links.save_rotation(replace(rotation, last="", passes=rotation.passes + 1, passed_at=now))
        return replaced

    def _rehash(self, cards: Sequence[Card]) -> int:
        # a link that is replaced from here on keeps its new hash: that of its card is not the one that was read
        generations = self.link_generations.of_all(card.id for card in cards)
        self.fallback_links.save_all(
            FallbackLink(hashed, card.id, key_id)
            for card in cards
            for key_id, hashed in self.links.fallback_hashes(card.id, generations.get(card.id, 0))
        )
        hashes = [(card, hash_of(self.links.token(card.id, generations.get(card.id, 0)))) for card in cards]
        changed = [(card, hashed) for card, hashed in hashes if hashed != card.token_hash]
        if changed:
            self.cards.save_token_hashes(changed)
        return len(changed)
