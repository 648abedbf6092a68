"""Texts of messages: previews with an example resident, own wordings, and test messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.notification import Notification

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http.request import GatewayRequest
from ...i18n import language
from .. import words
from ..render import see_other
from .frame import by_field, desk_page, errors_of, form_idempotency_key, version_of
from .refusals import desk_route

SET_UP = needs("setup.change")


@dataclass(frozen=True)
class TextPages:
    """Leads of a team preview; leads of all teams change texts; administrators also send test messages."""

    notification: Notification
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/teksten", SET_UP)
    def texts(self, request: GatewayRequest, municipality: str) -> Response:
        kind, tongue = _chosen(request.args, request)
        return self._texts(request, municipality, kind, tongue, done=request.args.to_dict())

    @desk_route("POST", "/<municipality>/balie/teksten", needs("configuration.change"))
    def try_text(self, request: GatewayRequest, municipality: str) -> Response:
        kind, tongue = _chosen(request.form, request)
        to = request.form.get("email", "").strip()
        if "@" not in to:
            wrong = language.translate("This is not an e-mail address we can write to.", language.of(request))
            return self._texts(request, municipality, kind, tongue, to=to, wrong={"email": wrong})
        self.notification.send_test(
            municipality, kind, tongue, "email", to, idempotency_key=form_idempotency_key(request)
        )
        return see_other(request, f"/{municipality}/balie/teksten", kind=kind, language=tongue, sent="1")

    @desk_route("POST", "/<municipality>/balie/teksten/woorden", SET_UP)
    def change_words(self, request: GatewayRequest, municipality: str) -> Response:
        """Do what the button says: preview the message with these texts, or use them from now on."""
        if request.caller.teams("setup.change") is not None:  # residents of every team receive them
            raise Refusal("forbidden", {"permission": "setup.change for all teams"})
        kind, tongue = _chosen(request.form, request)
        values = {
            name: request.form[name].replace("\r\n", "\n").strip() for name in words.PARTS if name in request.form
        }
        command = AmendPart(section=tongue, name=kind, version=version_of(request), values=values)
        try:
            if request.form.get("action") != "take":
                shown = self.notification.propose_words(municipality, command)
                return self._texts(request, municipality, kind, tongue, version_of(request), shown=shown, given=values)
            self.notification.change_words(
                municipality, request.caller.who, command, idempotency_key=form_idempotency_key(request)
            )
        except Refusal as refusal:
            wrong = by_field(errors_of(refusal, request))
            # the version of the form, unless it was reported as outdated
            version = None if refusal.code == "settings-changed" else version_of(request)
            return self._texts(request, municipality, kind, tongue, version, given=values, wrong=wrong)
        return see_other(request, f"/{municipality}/balie/teksten", kind=kind, language=tongue, changed="1")

    def _texts(
        self,
        request: GatewayRequest,
        municipality: str,
        kind: str,
        tongue: str,
        version: int | None = None,
        **more: Any,
    ) -> Response:
        """Render the page. `version`: of a form that is shown again; else the current one."""
        shown, said = more.pop("shown", None), None
        if request.caller.teams("setup.change") is None:
            said = self.notification.words(municipality, kind, tongue)
            said["version"] = said["version"] if version is None else version
        usual: dict[str, Any] = {"done": {}, "given": {}, "wrong": {}, "tried": shown is not None, "to": ""}
        return desk_page(
            "texts.html", request, self.catalogue, municipality, 422 if more.get("wrong") else 200, at="texts",
            kind=kind, tongue=tongue, shown=shown or self.notification.preview(municipality, kind, tongue),
            said_now=said,
            part_names={name: words.said(words.PARTS, name, language.of(request)) for name in words.PARTS},
            **{**usual, **more},
        )  # fmt: skip


def _chosen(given: Any, request: GatewayRequest) -> tuple[str, str]:
    """Return the kind of message and the language, or the defaults."""
    kind, tongue = given.get("kind"), given.get("language")
    return (
        kind if kind in words.KINDS else next(iter(words.KINDS)),
        tongue if tongue in language.offered(request) else language.of(request),
    )
