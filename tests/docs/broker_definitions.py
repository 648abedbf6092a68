"""The users of RabbitMQ with their permissions, and the queues. `deploy/secrets.sh` fills the passwords in."""

from __future__ import annotations

import json

from loket_chassis.messaging.broker_definitions import definitions
from loket_chassis.messaging.broker_permissions import SERVICES
from loket_contracts.rpc.permitted_calls import user_of

ADMINISTRATOR = "loket"


def template() -> str:
    """The definitions that RabbitMQ reads at its start, with @loket-booking@ for the password of that user."""
    made = definitions(dict.fromkeys(SERVICES, "filled in later"))
    users = [
        {"name": ADMINISTRATOR, "password": f"@{ADMINISTRATOR}@", "tags": "administrator"},
        *({"name": user_of(each), "password": f"@{user_of(each)}@", "tags": ""} for each in SERVICES),
    ]
    all_of = {"user": ADMINISTRATOR, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    return json.dumps({**made, "users": users, "permissions": [all_of, *made["permissions"]]}, indent=1) + "\n"
