"""Three rows of the table of faults, under a light load, on the stack that all tests of this folder share.

`python -m tests.faults` runs the whole table.
"""

from dataclasses import replace

import pytest

from .faults import TABLE, Fault
from .installation import Installation, start_sink
from .rows import run_fault

RATE, SEED = 5.0, 1
LINK = ("booking", "broker")
CUT = Fault(
    "cut-booking-broker", "proxied", lambda on: on.proxies[LINK].cut(), lambda on: on.proxies[LINK].mend(), seconds=3
)


@pytest.fixture(scope="module")
def installation(own_stack):
    """That stack, with a mail server that writes Message-IDs down, and a proxy between booking and the broker."""
    sink, mails = start_sink(own_stack.folder / "sink")
    changed = [own_stack.components[name] for name in ("booking", "notification")]
    usual = [dict(component.environment) for component in changed]
    running = Installation(own_stack, mails, sink.child)
    own_stack.components["notification"].environment["SMTP_PORT"] = str(sink.port)
    running.put_proxies_between([LINK])
    running.restart(own_stack.components["notification"])
    yield running
    for component, environment in zip(changed, usual, strict=True):
        component.environment.clear()
        component.environment.update(environment)
    running.restart(*changed)
    for proxy in running.proxies.values():
        proxy.close()
    sink.child.stop()


@pytest.mark.parametrize("fault", [TABLE["booking-killed"], CUT, TABLE["database-killed"]], ids=lambda each: each.name)
def test_after_a_fault_the_system_holds_the_confirmed_effects(installation, fault):
    # one instance of each service: the longest outage is the time that its start takes, so no aim holds here
    brief = replace(fault, seconds=min(fault.seconds, 3.0), aim=None)
    result = run_fault(installation, brief, RATE, SEED, before=1.0, after=2.0)
    assert result.failures == []
    assert result.verdict.accepted > 5
