"""The messages as they leave: each kind in each language, on a resident who does not exist; one's own words for them;
and a trial to oneself."""

from __future__ import annotations

from typing import Any

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
from .frame import desk_page, stale, version_of

SET_UP = needs("setup.change")


class TextPages:
    """Who leads a team looks; who leads them all changes words; who runs the desk may also send a trial."""

    notification: Service
    catalogue: Catalogue

    @route("GET", "/<municipality>/balie/teksten", SET_UP, page=True)
    def texts(self, request: GatewayRequest, municipality: str) -> Response:
        kind, tongue = _chosen(request.args, request)
        return self._texts(request, municipality, kind, tongue, done=request.args.to_dict())

    @route("POST", "/<municipality>/balie/teksten", needs("configuration.change"), page=True)
    def try_text(self, request: GatewayRequest, municipality: str) -> Response:
        kind, tongue = _chosen(request.form, request)
        to = request.form.get("naar", "").strip()
        if "@" not in to:
            raise Refusal(
                "invalid-request",
                errors=[{"pointer": "/naar", "detail": "This is not an e-mail address we can write to."}],
            )
        self.notification.send_test(municipality, kind, tongue, "email", to)
        return see(request, f"/{municipality}/balie/teksten", soort=kind, taal=tongue, verstuurd="1")

    @route("POST", "/<municipality>/balie/teksten/woorden", SET_UP, page=True)
    def change_words(self, request: GatewayRequest, municipality: str) -> Response:
        """The button says which: look at the message with these words, or say them from now on."""
        if request.caller.teams("setup.change") is not None:  # every team's residents get them
            raise Refusal("forbidden", {"permission": "setup.change for all teams"})
        kind, tongue = _chosen(request.form, request)
        values = {
            name.removeprefix("woord-"): text.replace("\r\n", "\n").strip()
            for name, text in request.form.items()
            if name.startswith("woord-")
        }
        wish = {"section": tongue, "name": kind, "version": version_of(request), "values": values}
        try:
            if request.form.get("wish") != "take":
                shown = self.notification.propose_words(municipality, wish)
                return self._texts(request, municipality, kind, tongue, shown=shown, given=values)
            self.notification.change_words(municipality, request.caller.name, wish)
        except Refusal as refusal:
            wrong = _wrong(refusal, language.of(request))
            return self._texts(request, municipality, kind, tongue, given=values, wrong=wrong)
        return see(request, f"/{municipality}/balie/teksten", soort=kind, taal=tongue, veranderd="1")

    def _texts(self, request: GatewayRequest, municipality: str, kind: str, tongue: str, **more: Any) -> Response:
        shown = more.pop("shown", None)
        usual: dict[str, Any] = {"done": {}, "given": {}, "wrong": {}, "tried": shown is not None}
        changes = request.caller.teams("setup.change") is None
        return desk_page(
            "texts.html", request, self.catalogue, municipality, 422 if more.get("wrong") else 200, at="texts",
            kind=kind, tongue=tongue, shown=shown or self.notification.preview(municipality, kind, tongue),
            said_now=self.notification.words(municipality, kind, tongue) if changes else None,
            part_names=words.PARTS, **{**usual, **more},
        )  # fmt: skip


def _chosen(given: Any, request: GatewayRequest) -> tuple[str, str]:
    """The kind of message and the language, or the usual ones."""
    kind, tongue = given.get("soort"), given.get("taal")
    return (
        kind if kind in words.KINDS else next(iter(words.KINDS)),
        tongue if tongue in NAMES else language.of(request),
    )


def _wrong(refusal: Refusal, spoken: str) -> dict[str, str]:
    """What is wrong by part. Any other refusal is none of the form's."""
    if refusal.code == "settings-changed":
        return {"": stale(spoken)}
    if refusal.code != "invalid-request":
        raise refusal
    return {each["pointer"].strip("/"): language.detail(each["detail"], spoken) for each in refusal.errors}
