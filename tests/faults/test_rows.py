"""Three rows of the table of faults, one after the other under one light load, on the stack that this folder shares.

`python -m tests.faults` runs the whole table.
"""

from dataclasses import replace

import pytest

from .faults import TABLE, Fault
from .installation import Installation, start_sink
from .rows import run_schedule

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


def test_after_three_faults_the_system_holds_the_confirmed_effects(installation):
    # one instance of each service: the longest outage is the time that its start takes, so no aim holds here
    faults = [
        replace(each, seconds=min(each.seconds, 3.0))
        for each in (TABLE["booking-killed"], CUT, TABLE["database-killed"])
    ]
    schedule = [(2.0, fault) for fault in faults]
    result = run_schedule(installation, schedule, 2.0, RATE, SEED, "three-faults")
    assert result.failures == []
    assert result.verdict.accepted > 15
