"""All use cases of booking: what its entrypoints call. `bootstrap` builds them."""

from __future__ import annotations

from dataclasses import dataclass

from .commands.attachments import AttachmentCommands
from .commands.booking import BookingCommands
from .commands.closures import ClosureCommands
from .commands.companions import CompanionCommands
from .commands.configuration_changes import ConfigurationCommands
from .commands.drafts import DraftCommands
from .commands.feedback import FeedbackCommands
from .commands.invitations import InvitationCommands
from .commands.lifecycle import LifecycleCommands
from .commands.link_replacement import LinkReplacementCommands
from .commands.lost_links import LostLinkCommands
from .commands.preparation import PreparationCommands
from .commands.privacy import PrivacyCommands
from .commands.provisional import ProvisionalCommands
from .commands.queue import QueueCommands
from .commands.waiting_list import WaitingListCommands
from .jobs.housekeeping import Housekeeping
from .queries.access import Access
from .queries.administration import AdministrationQueries
from .queries.appointments import AppointmentQueries
from .queries.calendar_feed import CalendarFeedQueries
from .queries.catalogue import CatalogueQueries
from .queries.conflicts import ConflictQueries
from .queries.contact_cards import ContactCardQueries
from .queries.day import DayQueries
from .queries.dossiers import DossierQueries
from .queries.invitations import InvitationQueries
from .queries.search import SearchQueries
from .queries.slots import SlotQueries
from .queries.waiting_room import WaitingRoomQueries
from .store.links import Links


@dataclass(frozen=True)
class UseCases:
    """Commands, then queries, then jobs."""

    attachments: AttachmentCommands
    booking: BookingCommands
    closures: ClosureCommands
    companions: CompanionCommands
    configuration: ConfigurationCommands
    drafts: DraftCommands
    feedback: FeedbackCommands
    invitations: InvitationCommands
    lifecycle: LifecycleCommands
    link_replacement: LinkReplacementCommands
    lost_links: LostLinkCommands
    preparation: PreparationCommands
    privacy: PrivacyCommands
    provisional: ProvisionalCommands
    queue: QueueCommands
    waiting_list: WaitingListCommands

    access: Access
    administration: AdministrationQueries
    appointments: AppointmentQueries
    calendar_feed: CalendarFeedQueries
    catalogue: CatalogueQueries
    conflicts: ConflictQueries
    contact_cards: ContactCardQueries
    day: DayQueries
    dossiers: DossierQueries
    invitation_list: InvitationQueries
    search: SearchQueries
    slots: SlotQueries
    waiting_room: WaitingRoomQueries

    housekeeping: Housekeeping
    links: Links
