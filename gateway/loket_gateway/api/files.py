"""Files that residents send with an appointment."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.caller import Caller

from ..access.required_permission import LINK
from ..http.parsing import bearer, nonempty_body, query
from ..http.responses import file_answer, private
from ..http.routing import route
from ..i18n import language
from ..schemas import FileQuery
from . import BASE

_file_query = FileQuery()


@dataclass(frozen=True)
class FileRoutes:
    """For residents with the token of the appointment."""

    booking: Booking
    slow_booking: Booking

    @route("POST", f"{BASE}/appointments/<identifier>/files", LINK, files=1)
    def post_files(self, request: Request, municipality: str, identifier: str) -> Response:
        caller, asked = Caller.resident(bearer(request)), query(request, _file_query)
        body = base64.b64encode(nonempty_body(request)).decode()
        added = self.slow_booking.add_file(municipality, identifier, asked["question"], asked["name"], body, caller)
        address = f"/api/v1/{municipality}/appointments/{identifier}/files/{added['id']}"
        return private(added, request, 201, {"Location": address})

    @route("GET", f"{BASE}/appointments/<identifier>/files/<file>", LINK)
    def get_file(self, request: Request, municipality: str, identifier: str, file: str) -> Response:
        found = self.booking.read_file(municipality, identifier, file, Caller.resident(bearer(request)))
        return file_answer(base64.b64decode(found["content"]), found["media_type"], found["name"])

    @route("DELETE", f"{BASE}/appointments/<identifier>/files/<file>", LINK)
    def delete_file(self, request: Request, municipality: str, identifier: str, file: str) -> Response:
        changed = self.booking.drop_file(municipality, identifier, file, Caller.resident(bearer(request)))
        return private(language.localised(changed, language.of(request)), request)
