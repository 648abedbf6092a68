"""The messages as they leave: each kind in each language, on a resident who does not exist, and a trial to oneself."""

from __future__ import annotations

from werkzeug.wrappers import Response

from loket_chassis.rpc import Service
from loket_contracts.errors import Refusal

from ... import language
from ...access.doors import needs
from ...catalogue import Catalogue
from ...request import GatewayRequest
from ...routing import route
from .. import words
from ..render import NAMES, see
from .frame import desk_page


class TextPages:
    """Who leads a team looks; who runs the desk may also send one."""

    notification: Service
    catalogue: Catalogue

    @route("GET", "/<municipality>/balie/teksten", needs("closures.change"), page=True)
    def texts(self, request: GatewayRequest, municipality: str) -> Response:
        kind = request.args.get("soort") if request.args.get("soort") in words.KINDS else next(iter(words.KINDS))
        tongue = request.args.get("taal") if request.args.get("taal") in NAMES else language.of(request)
        return desk_page(
            "texts.html", request, self.catalogue, municipality, at="texts", kind=kind, tongue=tongue,
            shown=self.notification.preview(municipality, kind, tongue), done=request.args.get("verstuurd", ""),
        )  # fmt: skip

    @route("POST", "/<municipality>/balie/teksten", needs("configuration.change"), page=True)
    def try_text(self, request: GatewayRequest, municipality: str) -> Response:
        given = request.form
        kind, tongue, to = given.get("soort", ""), given.get("taal", ""), given.get("naar", "").strip()
        if "@" not in to:
            raise Refusal(
                "invalid-request",
                errors=[{"pointer": "/naar", "detail": "This is not an e-mail address we can write to."}],
            )
        self.notification.send_test(municipality, kind, tongue, "email", to)
        return see(request, f"/{municipality}/balie/teksten", soort=kind, taal=tongue, verstuurd="1")
