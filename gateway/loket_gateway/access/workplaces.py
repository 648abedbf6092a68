"""Whose day a user opens, and where they work: the people that they are, a reception, a counter, and the first page.

It has a collection of its own, because release 0.1 refuses an account with a field that it does not know. It gives no
permission: booking shows an agenda to those who may see its team.
"""

from __future__ import annotations

from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

#: the page that a login opens: the user's day, the day in columns with the hall, or their week
VIEWS = ("mine", "day", "week")


@dataclass(frozen=True)
class Workplace(PreservesUnknownFields):
    """`id`: of the account. `people`: ids of resources. `location`: of the reception. `view`: one of VIEWS."""

    id: str
    people: tuple[str, ...] = ()
    location: str = ""
    counter: str = ""
    view: str = ""


WORKPLACE = Codec(Workplace, DOCUMENT_ID)


class Workplaces:
    """One document per account, or none."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["workplaces"]

    def get(self, account: str) -> Workplace:
        return WORKPLACE.decode_found(self.collection.find_one({"_id": account})) or Workplace(account)

    def save(self, workplace: Workplace) -> None:
        self.collection.replace_one({"_id": workplace.id}, WORKPLACE.encode(workplace), upsert=True)
