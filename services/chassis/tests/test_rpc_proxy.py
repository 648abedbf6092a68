"""The client side of a Protocol writes each call as the service on the other side can read it."""

import pytest
from nameko.exceptions import MethodNotFound

from loket_chassis.messaging.rpc_proxy import proxy_of
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.method import conversion_of

COMMAND = CancelAppointment(reason="ill", sequence=2)


class Bus:
    """Records calls. A service of the previous release has no method with a version."""

    def __init__(self, is_previous=False):
        self.is_previous = is_previous
        self.calls = []

    def send(self, method, args, kwargs):
        if self.is_previous and "@" in method:
            raise MethodNotFound(method)
        self.calls.append((method, args, kwargs))
        return {"state": "cancelled"}


def test_a_call_is_written_as_json_and_keeps_what_was_given_by_position():
    bus = Bus()
    proxy_of(Booking, bus.send).cancel("rumst", "a1", COMMAND, caller=Caller.staff("ro-1", ["milieu"]))
    caller = {"kind": "staff", "name": "ro-1", "teams": ["milieu"]}
    assert bus.calls == [("cancel@2", ["rumst", "a1", {"reason": "ill", "sequence": 2}], {"caller": caller})]


@pytest.mark.parametrize(
    ("caller", "method", "arguments"),
    [
        (Caller.resident("secret"), "cancel", {"token": "secret"}),
        (Caller.portal("vlaanderen"), "portal_cancel", {"who": "vlaanderen"}),
        (Caller.staff("ro-1", ["milieu"]), "staff_cancel", {"who": "ro-1", "teams": ("milieu",)}),
    ],
)
def test_a_service_of_the_previous_release_gets_the_earlier_method(caller, method, arguments):
    bus = Bus(is_previous=True)
    answer = proxy_of(Booking, bus.send).cancel("rumst", "a1", COMMAND, caller)
    about = {"municipality": "rumst", "identifier": "a1", "body": {"reason": "ill", "sequence": 2}}
    assert bus.calls == [(method, [], {**about, **arguments})]
    assert answer == {"state": "cancelled"}


def test_a_method_without_an_earlier_version_stays_unknown():
    bus = Bus()
    bus.send = lambda method, args, kwargs: (_ for _ in ()).throw(MethodNotFound(method))
    with pytest.raises(MethodNotFound):
        proxy_of(Booking, bus.send).catalogue("rumst")


def test_a_union_of_two_messages_has_no_conversion():
    assert conversion_of(Caller | None).from_json(None) is None
    with pytest.raises(TypeError):
        conversion_of(Caller | CancelAppointment)
