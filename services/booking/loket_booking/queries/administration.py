"""What those see who run the desk: versions of the configuration, the audit log, the address of a feed."""

from __future__ import annotations

from typing import Any

from loket_contracts.errors import Refusal

from ..commands import configuration_changes
from ..configuration import reader
from ..context import Stores

MAX_LISTED = 1000


def configuration(stores: Stores, municipality: str, version: int | None) -> dict[str, Any]:
    """The source text of a version, or of the one that counts, and which versions there were.

    Raises Refusal: unknown-municipality, no-such-version.
    """
    known = stores.configurations.calendar(municipality).municipality
    versions = stores.configurations.versions
    return {
        "municipality": municipality,
        "version": version or known.version,
        "text": versions.text(municipality, version),
        "versions": [{**each, "at": each["at"].isoformat()} for each in versions.listed(municipality)],
    }


def part(stores: Stores, municipality: str, section: str, name: str) -> dict[str, Any]:
    """What a form may change of a resource or an appointment type, as it is written, and in which version.

    `usual`: what counts where nothing is written.

    Raises Refusal: unknown-resource, unknown-appointment-type, invalid-request for another section.
    """
    configuration_changes.require_part(stores, municipality, section, name)
    version, text = stores.configurations.versions.latest(municipality)
    written = reader.as_written(text, (section, name))
    keys = configuration_changes.AMENDABLE[section]
    usual = {key: text for key, text in reader.usual(section).items() if key in keys}
    return {"version": version, "values": {key: written.get(key) for key in keys}, "usual": usual}


def audit(stores: Stores, municipality: str, appointment: str | None, most: int, cursor: str | None) -> dict[str, Any]:
    """Who looked at or changed what is known of residents, the latest first; `next` is the cursor of the next page.

    Raises Refusal: invalid-request.
    """
    found, more = stores.audit.page(municipality, appointment, cursor, min(most, MAX_LISTED))
    return {"entries": [{**each, "at": each["at"].isoformat()} for each in found], "next": more}


def feed_token(stores: Stores, municipality: str, resource: str) -> str:
    """The secret in the address of a resource's calendar feed. Raises Refusal: unknown-resource."""
    known = stores.configurations.calendar(municipality).municipality
    if resource not in known.resources:
        raise Refusal("unknown-resource", {"resource": resource})
    return stores.links.feed(municipality, resource)
