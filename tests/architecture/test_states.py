"""One table defines the states, and every state has its text, figure, transition and documentation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from loket_booking.domain import appointment, ticket
from loket_contracts.event_data import STATES
from loket_contracts.events import EVENTS
from loket_contracts.figures import FIGURES
from loket_contracts.visits import APPOINTMENT_STATES, APPOINTMENT_TRANSITIONS, TICKET_STATES, TICKET_TRANSITIONS, Phase
from loket_gateway.api.operations import OPERATIONS
from loket_gateway.pages import words
from loket_reporting.domain.figures import calculate

ROOT = Path(__file__).parents[2]
BOOKING = ROOT / "services/booking/loket_booking"
KNOWN = {state.name for state in (*APPOINTMENT_STATES, *TICKET_STATES)}
#: the tables of transitions name their states
TABLES = (BOOKING / "domain/appointment.py", BOOKING / "domain/ticket.py")
CODE = [file for file in BOOKING.rglob("*.py") if file not in TABLES]
#: commands with a page or an operation of their own, and those of jobs
NOT_AT_THE_COUNTER = {"request", "book", "reschedule", "cancel", "ask", "remind_of_documents", "flag"}
LINES = [
    *((each, APPOINTMENT_TRANSITIONS) for each in APPOINTMENT_STATES),
    *((each, TICKET_TRANSITIONS) for each in TICKET_STATES),
]


def groups(tree: ast.Module) -> Iterator[int]:
    """The lines with a collection of two or more states, or of one state and nothing else."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            texts = {each.value for each in node.elts if isinstance(each, ast.Constant)}
            if len(texts & KNOWN) > 1 or (len(node.elts) == 1 and texts & KNOWN):
                yield node.lineno


@pytest.mark.parametrize("file", CODE, ids=lambda file: str(file.relative_to(BOOKING)))
def test_booking_does_not_list_states(file):
    assert list(groups(ast.parse(file.read_text()))) == [], "use a group of loket_contracts.visits"


@pytest.mark.parametrize("text", ['x in ("booked", "parked")', 'f({"checked_in"})', 'a = ["booked", "completed", b]'])
def test_a_list_of_states_is_found_in_every_notation(text):
    assert list(groups(ast.parse(text)))


@pytest.mark.parametrize(
    ("transitions", "first", "states"),
    [(appointment.TRANSITIONS, "held", APPOINTMENT_STATES), (ticket.TRANSITIONS, "new", TICKET_STATES)],
)
def test_the_table_has_every_state_that_a_transition_leads_to_or_from(transitions, first, states):
    used = {state for each in transitions.values() for state in (*each.sources, each.target)}
    assert used | {first} == {state.name for state in states} | {first}


def test_a_state_has_one_row():
    for states in (APPOINTMENT_STATES, TICKET_STATES):
        assert len({state.name for state in states}) == len(states)


def test_every_state_has_a_text():
    assert words.STATES.keys() == KNOWN


@pytest.mark.parametrize("state", [each for each in STATES if each not in ("held", "provisional")])
def test_every_state_after_booking_has_a_figure(state):
    assert state in FIGURES
    assert calculate({f"state:{state}": 3})[state] == 3


@pytest.mark.parametrize(("state", "transitions"), LINES)
def test_a_transition_with_the_right_phase_leads_to_each_state_of_the_queue(state, transitions):
    phases = {each.phase for each in transitions if each.state == state.name}
    if state.is_waiting:
        assert Phase.ARRIVAL in phases
    if state.is_serving:
        assert Phase.START in phases
    if state.is_called and not state.is_serving:
        assert Phase.PAUSE in phases


@pytest.mark.parametrize("state", [*APPOINTMENT_STATES, *TICKET_STATES])
def test_the_marks_of_a_state_are_consistent(state):
    assert not (state.is_waiting and state.is_called), "the visitor is in the line or was called"
    assert not state.is_serving or state.is_called
    assert not (state.is_open and state.is_given_up)


@pytest.mark.parametrize("state", [each for each in APPOINTMENT_STATES if each.is_waiting or each.is_called])
def test_an_appointment_in_the_queue_is_open_and_counted(state):
    assert state.is_open
    assert state.is_counted


@pytest.mark.parametrize("state", [each.name for each in APPOINTMENT_STATES if each.is_given_up])
def test_the_kiosk_has_a_sentence_for_each_state_that_is_given_up(state):
    template = ROOT / "gateway/loket_gateway/pages/templates/screens/start.html"
    assert f'reason == "{state}"' in template.read_text()


def test_the_documented_commands_are_those_of_the_domain():
    page = (ROOT / "docs/reference/booking.md").read_text()
    table = page.split("| command | from | to | by |\n| --- | --- | --- | --- |\n")[1].split("\n\n")[0]
    documented = {}
    for line in table.splitlines():
        names, sources, target, _ = (cell.strip() for cell in line.strip("|").split("|"))
        for name in re.sub(r" \(.*\)", "", names).split(", "):
            documented[name] = (set(sources.split(", ")), target)
    assert documented == {name: (set(each.sources), each.target) for name, each in appointment.TRANSITIONS.items()}


def test_the_glossary_names_every_state_of_an_appointment_and_no_other():
    row = re.search(r"^\| appointment \| (.*?) \|", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
    assert row is not None
    assert set(re.findall(r"\w+", row[1])) - {"then", "and", "in", "between", "or"} == set(STATES)


def test_every_transition_publishes_a_known_event():
    transitions = (*appointment.TRANSITIONS.values(), *ticket.TRANSITIONS.values())
    assert {each.event for each in transitions} <= EVENTS.keys()


def test_every_command_has_a_text_in_the_history():
    others = {appointment.RESTORE, appointment.INVITE_COMPANION, appointment.WITHDRAW_COMPANION}
    assert words.HISTORY.keys() == appointment.TRANSITIONS.keys() | others


@pytest.mark.parametrize("command", sorted(appointment.TRANSITIONS.keys() - NOT_AT_THE_COUNTER))
def test_staff_can_give_a_command_over_http_and_by_a_button(command):
    assert command in words.COMMANDS
    address = command.replace("_", "-")
    assert any(each.path.endswith(f"/appointments/{{identifier}}/{address}") for each in OPERATIONS)
    template = ROOT / "gateway/loket_gateway/pages/templates/desk/appointment.html"
    assert f'"{command}"' in template.read_text()
