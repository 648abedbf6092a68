"""The baseline and the targets of figures, by form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.figures import FIGURES
from loket_contracts.rpc.reporting import Reporting

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http.request import GatewayRequest
from ...i18n import figure_names, language
from ..render import parse_number, see_other
from .frame import desk_page, errors_of
from .refusals import desk_route

SET_UP = needs("setup.change")
#: figures that can have a target: a count depends on the length of the period
WITH_TARGET = tuple(name for name, figure in FIGURES.items() if figure.better and figure.unit != "count")
#: weeks that the form proposes
WEEKS = 8


@dataclass(frozen=True)
class ReferencePages:
    """Leads of all teams and administrators set them: they are of the whole municipality."""

    reporting: Reporting
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/streefcijfers", SET_UP)
    def references(self, request: GatewayRequest, municipality: str) -> Response:
        _require_all_teams(request)
        return self._page(request, municipality, done=request.args.get("done", ""))

    @desk_route("POST", "/<municipality>/balie/streefcijfers/nulmeting", SET_UP)
    def set_baseline(self, request: GatewayRequest, municipality: str) -> Response:
        _require_all_teams(request)
        kind, who = request.form.get("baseline"), request.caller.who
        csv, weeks = request.form.get("csv", ""), parse_number(request.form.get("weeks"), 0)
        try:
            self.reporting.set_baseline(
                municipality, who, csv if kind == "csv" else None, weeks if kind == "weeks" else None
            )
        except Refusal as refusal:
            return self._page(request, municipality, wrong=errors_of(refusal, request), given=request.form)
        return see_other(request, f"/{municipality}/balie/streefcijfers", done="baseline")

    @desk_route("POST", "/<municipality>/balie/streefcijfers/doelen", SET_UP)
    def set_targets(self, request: GatewayRequest, municipality: str) -> Response:
        _require_all_teams(request)
        targets = {name: request.form[name] for name in WITH_TARGET if name in request.form}
        try:
            self.reporting.set_targets(municipality, request.caller.who, targets)
        except Refusal as refusal:
            return self._page(request, municipality, wrong=errors_of(refusal, request), given=request.form)
        return see_other(request, f"/{municipality}/balie/streefcijfers", done="targets")

    def _page(self, request: GatewayRequest, municipality: str, **more: Any) -> Response:
        lang = language.of(request)
        known = self.reporting.reference_values(municipality)
        usual: dict[str, Any] = {"done": "", "wrong": [], "given": {}}
        return desk_page(
            "references.html", request, self.catalogue, municipality, 422 if more.get("wrong") else 200, at="figures",
            known=known, with_target=WITH_TARGET, figure_titles=figure_names.of_figures(lang), weeks=WEEKS,
            typed="\n".join(["figure;value", *(f"{name};{value:g}" for name, value in known["baseline"].items())]),
            units={name: FIGURES[name].unit for name in WITH_TARGET}, **{**usual, **more},
        )  # fmt: skip


def _require_all_teams(request: GatewayRequest) -> None:
    if request.caller.teams("setup.change") is not None:
        raise Refusal("forbidden", {"permission": "setup.change for all teams"})
