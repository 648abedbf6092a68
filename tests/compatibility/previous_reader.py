"""Run on the sources of release 0.1: read documents as that release does.

Standard input: {kind: document} in the extended JSON of MongoDB. Standard output: {kind: why it cannot be read}.
"""

import importlib
import json
import sys

from bson import json_util

#: where release 0.1 reads each kind of document that both releases write
READERS = {
    "claim": "documents:claim_from_document",
    "hold": "documents:claim_from_document",
    "ticket": "documents:ticket_from_document",
    "waiting-list-entry": "documents:entry_from_document",
    "card": "cards:_card",
    "closure": "closures:_stored_closure",
    "invitation": "invitations:_invitation",
    "capacity": "capacities:_capacity",
}


def main() -> None:
    documents = json_util.loads(sys.stdin.read())
    refused = {}
    for kind, document in documents.items():
        module, _, function = READERS[kind].partition(":")
        try:
            getattr(importlib.import_module(f"loket_booking.store.{module}"), function)(document)
        except Exception as error:
            refused[kind] = repr(error)
    print(json.dumps(refused))


if __name__ == "__main__":
    main()
