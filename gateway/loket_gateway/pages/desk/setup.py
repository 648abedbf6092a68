"""Setup by forms: topics, people, rooms, teams, places, rules and holidays, each with a preview."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.languages import pick
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.administration_answers import PartValues, ProposedPart

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http.request import GatewayRequest
from ...i18n import language
from ..render import localise, see_other
from .forms import kinds
from .forms.choices import choices_of, label_of
from .forms.fields import Field, RowAction, described, place_of, read_all, shown_all, written_all
from .forms.kinds import FORMS, Form, ended, join_hours, split_hours, wanted_name
from .frame import desk_page, errors_of, form_idempotency_key, version_of
from .refusals import desk_route

SET_UP = needs("setup.change")
#: buttons of a form: preview, apply, preview of the removal, removal
LOOK, TAKE, REMOVE, TAKE_AWAY, LEAVE = "look", "take", "remove", "take-away", "leave"


@dataclass(frozen=True)
class FilledForm:
    """`name`: of the part; empty for a new one. `version`: of the configuration that the form started from."""

    word: str
    name: str
    version: int
    values: dict[str, Any]


@dataclass(frozen=True)
class SetupPages:
    """Leads of a team set up that team; those of all teams, everything but what needs another permission."""

    booking: Booking
    slow_booking: Booking
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/inrichten", SET_UP)
    def set_up(self, request: GatewayRequest, municipality: str) -> Response:
        caller = request.caller.as_staff("setup.change")
        teams, known = caller.teams, localise(request, self.catalogue.of(municipality))

        def own(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [each for each in entries if teams is None or each["team"] in teams]

        resources = own([dict(each) for each in self.booking.resources(municipality, caller)])
        people = [each for each in resources if each["kind"] == "person"]
        listed = (
            (kinds.TOPIC, own(known["appointment_types"])),
            (kinds.PERSON, people),
            (kinds.ROOM, [each for each in resources if each not in people]),
            (kinds.TEAM, known["teams"]),
            (kinds.PLACE, known["locations"]),
            *((form, ()) for form in FORMS.values() if not form.new),
        )
        return desk_page(
            "setup.html", request, self.catalogue, municipality, at="setup", done=request.args.to_dict(),
            forms=[pair for pair in listed if _may(request, municipality, pair[0])],
            archived=own(known["removed"]["appointment_types"]),
        )  # fmt: skip

    @desk_route("GET", "/<municipality>/balie/inrichten/<word>", SET_UP)
    def new_part(self, request: GatewayRequest, municipality: str, word: str) -> Response:
        """Show an empty form, or (`copy`) one with the values of another part; or the form of the only part."""
        form = self._form(request, municipality, word)
        copied = request.args.get("copy", "") if form.new else municipality
        part = self._part_of(request, municipality, form, copied)
        return self._show(
            request, municipality, FilledForm(word, "", part["version"], self._shown(municipality, form, part))
        )

    @desk_route("POST", "/<municipality>/balie/inrichten/<word>", SET_UP)
    def make_part(self, request: GatewayRequest, municipality: str, word: str) -> Response:
        return self._do(request, municipality, word, "")

    @desk_route("GET", "/<municipality>/balie/inrichten/<word>/<name>", SET_UP)
    def part(self, request: GatewayRequest, municipality: str, word: str, name: str) -> Response:
        """Show a part as it is; a removed one as it was, to be added again."""
        form = self._form(request, municipality, word)
        part = self._part_of(request, municipality, form, name)
        return self._show(
            request, municipality, FilledForm(word, name, part["version"], self._shown(municipality, form, part))
        )

    @desk_route("POST", "/<municipality>/balie/inrichten/<word>/<name>", SET_UP)
    def change_part(self, request: GatewayRequest, municipality: str, word: str, name: str) -> Response:
        return self._do(request, municipality, word, name)

    def _do(self, request: GatewayRequest, municipality: str, word: str, name: str) -> Response:
        """Do what the button says: change the rows of the form, preview, apply, or remove the part."""
        form, action = self._form(request, municipality, word), request.form.get("action", LOOK)
        name = name if form.new else municipality
        part = self._part_of(request, municipality, form, name)
        version, row_action = version_of(request), RowAction.of(action)
        values = read_all(form.fields, request.form, row_action)
        if action == LEAVE and request.form.get("last_working_day"):
            values = ended(values, request.form["last_working_day"])
        if row_action is not None:
            return self._show(request, municipality, FilledForm(word, name, version, values))
        removing = action in (REMOVE, TAKE_AWAY) and bool(name)
        command = AmendPart(
            section=form.section, name=name or wanted_name(form, values, self._spoken_in(municipality)),
            version=version, values={} if removing else self._changes(municipality, form, part, values),
            action="remove" if removing else "restore" if part.get("removed") else "change" if name else "add",
        )  # fmt: skip
        try:
            if action in (TAKE, TAKE_AWAY):
                self.slow_booking.amend_part(
                    municipality, command, request.caller.as_staff("setup.change"),
                    idempotency_key=form_idempotency_key(request),
                )  # fmt: skip
                self.catalogue.expire()
                return see_other(request, f"/{municipality}/balie/inrichten", done=name or command.name)
            proposed = self.slow_booking.propose_part(municipality, command, request.caller.as_staff("setup.change"))
        except Refusal as refusal:
            errors = errors_of(refusal, request)
            if refusal.code == "settings-changed":
                version = self._part_of(request, municipality, form, name)["version"]
            return self._show(request, municipality, FilledForm(word, name, version, values), errors=errors)
        before = self._shown(municipality, form, part)
        return self._show(
            request,
            municipality,
            FilledForm(word, name, version, values),
            proposed=proposed,
            removing=removing,
            before=before,
        )

    def _form(self, request: GatewayRequest, municipality: str, word: str) -> Form:
        """Return the form. Raises Refusal: not-found, forbidden."""
        if word not in FORMS:
            raise Refusal("not-found")
        form = FORMS[word]
        if not _may(request, municipality, form):
            raise Refusal("forbidden", {"permission": form.permission})
        return form

    def _part_of(self, request: GatewayRequest, municipality: str, form: Form, name: str) -> PartValues:
        part = self.booking.part(municipality, form.section, name, request.caller.as_staff("setup.change"))
        kind = part["values"].get("kind")
        if form.section == "resources" and name and (kind == "person") != (form is kinds.PERSON):
            raise Refusal("unknown-resource", {"resource": name})
        return part

    def _shown(self, municipality: str, form: Form, part: PartValues) -> dict[str, Any]:
        given = {**part["usual"], **{key: value for key, value in part["values"].items() if value is not None}}
        return shown_all(form.fields, split_hours(given), self._spoken_in(municipality))

    def _changes(self, municipality: str, form: Form, part: PartValues, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return keys to set, or (None) to remove: only those that differ from what the form started from."""
        is_new = part.get("removed") or all(value is None for value in part["values"].values())
        before = {} if is_new else join_hours(written_all(form.fields, self._shown(municipality, form, part)))
        after = join_hours(written_all(form.fields, values))
        if is_new:
            return {**after, **(form.fixed or {})}
        keys = dict.fromkeys([*after, *before])
        return {key: after.get(key) for key in keys if after.get(key) != before.get(key)}

    def _spoken_in(self, municipality: str) -> list[str]:
        return list(self.catalogue.of(municipality)["municipality"]["languages"])

    def _show(
        self, request: GatewayRequest, municipality: str, filled: FilledForm,
        *, errors: list[dict[str, str]] | None = None, proposed: ProposedPart | None = None, removing: bool = False,
        before: Mapping[str, Any] | None = None,
    ) -> Response:  # fmt: skip
        values = filled.values
        form, lang, caller = FORMS[filled.word], language.of(request), request.caller.as_staff("setup.change")
        known = localise(request, self.catalogue.of(municipality))
        resources = self.booking.resources(municipality, caller)
        choices = choices_of(known, resources, caller.teams, values, lang)
        wrong, labels = _mistakes(errors or (), form, values, known, lang)

        def said(field: Field, code: str) -> str:
            return label_of(field, code, choices, lang)

        def lines(field: Field, of: Mapping[str, Any]) -> list[str]:
            return list(described(field, of.get(field.name), said, lang))

        changed = [
            (field.label, lines(field, before or {}), lines(field, values))
            for field in form.fields
            if before is not None and not removing and lines(field, before) != lines(field, values)
        ]
        title = _title(values, lang) if filled.name or errors else ""
        return desk_page(
            "setup_form.html", request, self.catalogue, municipality, 422 if errors else 200, at="setup",
            word=filled.word, form=form, name=filled.name, title=title, version=filled.version, values=values,
            choices=choices, spoken=self._spoken_in(municipality), wrong=wrong, labels=labels, proposed=proposed,
            removing=removing, changed=changed, is_person=form is kinds.PERSON,
            names={each["id"]: each["name"] for each in resources},
        )  # fmt: skip


def _may(request: GatewayRequest, municipality: str, form: Form) -> bool:
    caller = request.caller
    return caller.may(form.permission, municipality) and not (form.all_teams and caller.teams("setup.change"))


def _title(values: Mapping[str, Any], lang: str) -> str:
    name = values.get("name") or ""
    return name if isinstance(name, str) else pick(name, lang)


def _mistakes(
    errors: Iterable[Mapping[str, str]], form: Form, values: Mapping[str, Any], known: Mapping[str, Any], lang: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is wrong by the id of its field, and what these fields are called.

    A mistake in another part, which this change would cause, is one of the form as a whole.
    """
    wrong: dict[str, str] = {}
    labels: dict[str, str] = {}
    for error in errors:
        pointer = error["pointer"].strip("/").split("/")
        weekly = len(values.get("hours") or ())
        if pointer[0] == "hours" and len(pointer) > 1 and int(pointer[1]) >= weekly:
            pointer = ["extra", str(int(pointer[1]) - weekly), *pointer[2:]]
        place, way = place_of(form.fields, values, pointer, known["municipality"]["languages"])
        if place:
            wrong[place], labels[place] = error["detail"], ", ".join(_names(way, lang))
            continue
        entries = known.get(pointer[0]) if len(pointer) > 1 else None
        name = next((each["name"] for each in entries or () if each["id"] == pointer[1]), "")
        wrong["form"] = " ".join(filter(None, (wrong.get("form"), f"{name}:" if name else "", error["detail"])))
    return wrong, labels


def _names(way: Sequence[Field | int], lang: str) -> Iterator[str]:
    """Return what the steps to a field are called: that of a row is its title."""
    for step, following in zip_longest(way, way[1:]):
        if isinstance(step, Field) and not isinstance(following, int):
            yield language.translate(step.label, lang)
        elif isinstance(step, Field) and isinstance(following, int):
            yield language.translate(step.title, lang).replace("{number}", str(following + 1))
