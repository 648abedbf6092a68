"""Wait until the figures include everything so far: only then can a test observe a change."""

from pymongo import MongoClient

from tests.client import eventually

#: how the events begin that each kind of fact follows from
EVENTS_OF_FACTS = {
    "appointments": ("appointment", "feedback"),
    "tickets": ("ticket",),
    "waiting": ("waiting_list",),
    "capacities": ("capacity",),
    "samples": ("availability",),
}
#: an appointment that its resident has not confirmed is none
NOT_COUNTED = ["appointment.provisional.v1"]


def wait_until_counted(mongo_uri, municipality, kinds=tuple(EVENTS_OF_FACTS), patience=60.0):
    """`kinds`: those of the facts that matter."""
    client = MongoClient(mongo_uri)
    booking, reporting = client.loket_booking, client.loket_reporting
    ours = {"municipality": municipality}
    about = "|".join(name for kind in kinds for name in EVENTS_OF_FACTS[kind])

    def is_counted():
        number = reporting.generations.find_one({"_id": "now"})["current"]
        events = {"$regex": rf"^({about})\.", "$nin": NOT_COUNTED}
        published = booking.event_log.count_documents({**ours, "type": events})
        pipeline = [{"$match": ours}, {"$project": {"told": {"$size": "$told"}}},
                    {"$group": {"_id": None, "all": {"$sum": "$told"}}}]  # fmt: skip
        facts = [reporting[f"{kind}_{number}"] for kind in kinds]
        applied = sum(row["all"] for each in facts for row in each.aggregate(pipeline))
        stale = sum(each.count_documents({**ours, "stale_days.0": {"$exists": True}}) for each in facts)
        waiting = booking.agendas.count_documents({**ours, "outbox.0": {"$exists": True}})
        return applied == published and not stale and not waiting

    try:
        eventually(is_counted, patience)
    finally:
        client.close()
