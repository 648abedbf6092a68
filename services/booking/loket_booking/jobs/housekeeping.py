"""Run the periodic jobs, every minute. Each instance runs them: every job is idempotent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from loket_chassis.runtime.unavailable import is_unavailable

from ..commands.attachments import AttachmentCommands
from ..commands.preparation import PreparationCommands
from ..commands.privacy import PrivacyCommands
from ..commands.waiting_list import WaitingListCommands
from .availability_sampling import AvailabilitySampling
from .capacity_publishing import CapacityPublishing
from .key_rotation import KeyRotation
from .no_shows import NoShows
from .queue_closing import QueueClosing
from .retention import Retention

log = structlog.get_logger()


@dataclass(frozen=True)
class Housekeeping:
    retention: Retention
    no_shows: NoShows
    queue_closing: QueueClosing
    capacity_publishing: CapacityPublishing
    availability_sampling: AvailabilitySampling
    privacy: PrivacyCommands
    attachments: AttachmentCommands
    preparation: PreparationCommands
    waiting_list: WaitingListCommands
    key_rotation: KeyRotation

    def run_jobs(self) -> None:
        """Run every job. One that fails is logged and does not stop the others."""
        jobs: tuple[tuple[str, Callable[[], int]], ...] = (
            ("orphaned cards deleted", self.retention.delete_orphaned_cards),
            ("cards past their retention deleted", self.retention.delete_past_cards),
            ("erasures finished", self.privacy.finish_erasures),
            ("files of expired forms settled", self.attachments.settle_expired),
            ("files scanned for viruses", self.attachments.scan_files),
            ("due documents processed", self.preparation.process_due_documents),
            ("no-shows marked", self.no_shows.mark_no_shows),
            ("numbers closed after closing time", self.queue_closing.close_queues),
            ("offers made from the waiting list", self.waiting_list.process_waiting_lists),
            ("capacities published", self.capacity_publishing.publish_capacity),
            ("links hashed with the present key", self.key_rotation.rehash_links),
            ("availability sampled", self.availability_sampling.sample_availability),
        )
        for name, job in jobs:
            try:
                count = job()
            except Exception as error:
                if is_unavailable(error):
                    log.debug("job failed; it runs again in a minute", job=name, error=repr(error))
                else:
                    log.exception("job failed; it runs again in a minute", job=name)
                continue
            if count:
                log.info(name, count=count)
