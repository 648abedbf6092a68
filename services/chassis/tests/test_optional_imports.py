"""A service does not load what its packages import without need."""

import subprocess
import sys

from loket_chassis.runtime.optional_imports import hidden

UNNEEDED = ("rich", "pygments", "cryptography", "opentelemetry")


def loaded_after(*modules):
    """Which packages a new process has loaded after it imported these modules."""
    code = f"import sys, {', '.join(modules)}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-W", "ignore", "-c", code]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


def test_the_command_of_a_service_loads_no_package_that_only_consoles_tracing_and_other_tls_libraries_need():
    loaded = loaded_after("loket_chassis.service.run")
    assert {"structlog", "pymongo"} <= loaded
    assert loaded.isdisjoint(UNNEEDED)


def test_a_hidden_module_can_be_imported_afterwards():
    sys.modules.pop("colorsys", None)
    with hidden("colorsys"):
        try:
            import colorsys
        except ImportError:
            found = False
        else:
            found = bool(colorsys)
    assert not found
    import colorsys

    assert colorsys.hls_to_rgb(0, 0, 0) == (0, 0, 0)
