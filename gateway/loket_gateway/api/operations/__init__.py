"""Every operation of the interface, by the group that it is shown in."""

from . import administration, appointment, booking, calendar, catalogue, desk, figures, waiting_list, webhooks
from .operation import Operation

_MODULES = {
    "catalogue": catalogue,
    "booking": booking,
    "appointment": appointment,
    "waiting list": waiting_list,
    "desk": desk,
    "calendar": calendar,
    "administration": administration,
    "webhooks": webhooks,
    "figures": figures,
}
GROUPS: dict[str, tuple[Operation, ...]] = {name: module.OPERATIONS for name, module in _MODULES.items()}
#: what each group is, in a sentence
ABOUT: dict[str, str] = {name: str(module.__doc__) for name, module in _MODULES.items()}
OPERATIONS: tuple[Operation, ...] = tuple(each for group in GROUPS.values() for each in group)

__all__ = ["ABOUT", "GROUPS", "OPERATIONS", "Operation"]
