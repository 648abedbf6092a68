"""Whatever is done with what was just made, in any order, is answered as the OpenAPI document says.

schemathesis follows the links of a document too, but begins with made-up bodies, which book nothing. Here each thing
is made as a portal makes it; then come the links of the document, with bodies that schemathesis generates.
"""

import collections
import uuid

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from conftest import LONG
from tests.browser.desk import set_up_municipality
from tests.client import a_visitor, in_days

MUNICIPALITY = "ketenstad"


def a_visit(portal):
    return {
        "appointment_types": ["advies"], "location": "hal", "answers": {"adres": "Plein 1"}, "contact": a_visitor(),
        "start": portal.slots("advies", "hal")[0]["start"],
    }  # fmt: skip


#: what each operation with links makes, by what was sent
MAKING = {
    "bookAppointment": ("appointments", a_visit),
    "bookAtDesk": ("desk/appointments", a_visit),
    "closeTime": ("closures", lambda portal: {"first": in_days(90), "resource": "carla"}),
    "invite": ("invitations", lambda portal: {"appointment_type": "boom"}),
    "makeAccount": ("accounts", lambda portal: {"name": f"test-{uuid.uuid4().hex[:10]}", "roles": ["agent"]}),
    "makeKey": ("api-keys", lambda portal: {"name": f"test-{uuid.uuid4().hex[:10]}", "roles": ["portal"]}),
    "makeWebhook": ("webhooks", lambda portal: {"url": f"{portal.url}/none", "types": ["appointment.booked.v1"]}),
}
#: operations that must have been carried out, not only refused
WANTED = {
    "getAppointment", "getDossier", "cancelAppointment", "rescheduleAppointment", "checkIn", "undoCheckInAppointment",
    "startAppointment", "completeAppointment", "parkAppointment", "resumeAppointment", "askResident", "openTime",
    "revokeInvitation", "changeAccount", "resetPassword", "renewKey", "removeKey", "removeWebhook", "switchOnWebhook",
    "listDeliveries",
}  # fmt: skip
load_all_checks()
# a request of the right shape is refused when the state of the appointment forbids it, which no schema says
NOT_ASKED = [CHECKS.get_one(name) for name in ("positive_data_acceptance", "ignored_auth")]


@pytest.fixture(scope="module")
def ketenstad(stack, tmp_path_factory):
    """The municipality, as an administrator's machine sees it."""
    return set_up_municipality(stack, tmp_path_factory.mktemp("fuzzing"), MUNICIPALITY)


@pytest.fixture(scope="module")
def document(stack):
    return schemathesis.openapi.from_url(f"{stack.url}/openapi.json")


@pytest.fixture(scope="module")
def done():
    """The number of responses by operation and status."""
    return collections.Counter()


def test_every_operation_with_links_starts_a_chain(document):
    with_links = {
        operation["operationId"]
        for methods in document.raw_schema["paths"].values()
        for operation in methods.values()
        if any("links" in answer for answer in operation["responses"].values())
    }
    assert with_links == {*MAKING, "bookFollowUp"}  # a follow-up is a link itself


@pytest.mark.parametrize("made_by", MAKING)
@settings(
    max_examples=1000 if LONG else 25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_every_chain_of_links_gets_described_responses(ketenstad, document, done, made_by, data):
    rest, body_of = MAKING[made_by]
    answer = ketenstad.post(rest, body_of(ketenstad))
    assert answer.status_code == 201, answer.text
    links = document.find_operation_by_id(made_by).definition.raw["responses"]["201"]["links"].values()
    for link in data.draw(st.permutations(list(links))):
        target = document.find_operation_by_id(link["operationId"])
        ((name, pointer),) = link["parameters"].items()
        known = {name: answer.json()[pointer.removeprefix("$response.body#/")]}
        mode = data.draw(st.sampled_from([GenerationMode.POSITIVE] * 4 + [GenerationMode.NEGATIVE]))
        case = data.draw(target.as_strategy(mode, path_parameters={"municipality": MUNICIPALITY, **known}))
        # what no schema can say, and what is always refused if it is generated; what is wrong on purpose stays so
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            if "start" in case.body and data.draw(st.booleans()):
                case.body["start"] = ketenstad.slots("advies", "hal")[-1]["start"]
            if data.draw(st.booleans()):
                for unsaid in ("sequence", "resource"):
                    case.body.pop(unsaid, None)
        reply = case.call_and_validate(
            headers={"Authorization": f"Bearer {ketenstad.key}"}, excluded_checks=NOT_ASKED, timeout=20
        )
        done[link["operationId"], reply.status_code] += 1


def test_the_operations_were_carried_out_and_not_only_refused(done):
    if not done:
        pytest.skip("the chains were not asked for")
    fulfilled = {step for step, status in done if status < 300}
    assert fulfilled >= WANTED, (WANTED - fulfilled, sorted(done.items()))
