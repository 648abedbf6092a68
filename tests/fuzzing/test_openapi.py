"""schemathesis over the whole OpenAPI document: nothing makes a 5xx, or an answer of a shape that is not described."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import LONG, SEED
from loket_gateway.api.operations import OPERATIONS
from tests.client import Portal

MUNICIPALITIES = Path(__file__).parents[2] / "deploy" / "municipalities"
#: for each operation; LOKET_FUZZ asks for another number
CASES = int(os.environ.get("LOKET_FUZZ") or (5000 if LONG else 60))
#: for the operations whose turn is another day
FEW_CASES = CASES if LONG else CASES // 4
ALL = [operation.id for operation in OPERATIONS]
#: what the processes of `make test` share out: (name, operations, cases). In the long form an operation is minutes
CHUNKS = 3
EACH = [(each, [each], CASES) for each in ALL] if LONG else [
    (f"{n + 1} of {CHUNKS}", ALL[n::CHUNKS], CASES if n == SEED % CHUNKS else FEW_CASES) for n in range(CHUNKS)
]  # fmt: skip
#: phases of schemathesis: the examples of the document, then what each schema allows and forbids one by one, then
#: random requests. The second takes half of the time and sends the same every day: the short form tries it on the
#: third of the operations whose turn it is
PHASES = "examples,coverage,fuzzing" if LONG else "examples,fuzzing"
COVERED_TODAY = ALL[SEED % CHUNKS :: CHUNKS]
#: answers of one test; all tests of the short form together stay below ten
MAX_UNAVAILABLE = 10 if LONG else 2
#: the API key that requests renew and remove
SPARE_KEY = "spare"
#: operations whose bearer token is that of one appointment
OF_THE_RESIDENT = (
    "getCalendar", "sendFile", "getFile", "dropFile", "giveFeedback", "joinWaitingList", "leaveWaitingList",
    "acceptOffer", "declineOffer",
)  # fmt: skip


@pytest.fixture(scope="module")
def proefstad(stack, tmp_path_factory):
    """A municipality of its own: what is sent closes time, makes accounts and books."""
    file = tmp_path_factory.mktemp("fuzzing") / "proefstad.yaml"
    file.write_text((MUNICIPALITIES / "rumst.yaml").read_text().replace("id: rumst", "id: proefstad", 1))
    stack.configure(file)
    return Portal.on(stack, "proefstad", key=stack.machine_key("proefstad"))


@pytest.fixture(scope="module")
def config(stack, proefstad, tmp_path_factory):
    """The configuration that schemathesis needs besides the document."""
    booked = proefstad.booked()
    stack.loket("keys", "add", "proefstad", SPARE_KEY, "--role", "kiosk")
    file = tmp_path_factory.mktemp("fuzzing") / "schemathesis.toml"
    # what a name means is not in a schema, so a request of the right shape can be refused for what it says
    file.write_text(
        'parameters = { municipality = "proefstad" }\n'
        "[checks.positive_data_acceptance]\n"
        'expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "415", "422", "429", "503"]\n'
        "[checks.not_a_server_error]\n"
        'expected-statuses = ["2xx", "3xx", "4xx", "503"]\n'
        "[checks.negative_data_rejection]\n"
        'expected-statuses = ["4xx", "503"]\n'
        + "".join(
            f'[[operations]]\ninclude-operation-id = "{name}"\n'
            f'headers = {{ Authorization = "Bearer {booked["link_token"]}" }}\n'
            f'parameters = {{ municipality = "proefstad", identifier = "{booked["id"]}" }}\n'
            for name in OF_THE_RESIDENT
        )
        # otherwise it learns the name of its own key from listKeys, and removes that
        + "".join(
            f'[[operations]]\ninclude-operation-id = "{name}"\n'
            f'parameters = {{ municipality = "proefstad", name = "{SPARE_KEY}" }}\n'
            for name in ("renewKey", "removeKey")
        )
    )
    return file


def only(operations):
    """The options that choose these operations."""
    return [option for each in operations for option in ("--include-operation-id", each)]


def run(stack, portal, config, folder, *options, cases=CASES):
    """Let schemathesis ask, and look that everything was answered and both sides are well."""
    command = [
        Path(sys.executable).parent / "schemathesis", "--config-file", config, "run", f"{stack.url}/openapi.json",
        *options,
        "--header", f"Authorization: Bearer {portal.key}", "--checks", "all",
        # a token that opens nothing is answered as an appointment that there is not, so that none can be searched for;
        # gateway/tests/test_access.py tries every permission with every wrong credential
        "--exclude-checks", "ignored_auth",
        "--max-examples", str(cases), "--workers", "1", "--continue-on-failure", "--no-shrink", "--seed", str(SEED),
        # without a store of examples it does not rank them, which took half of the time
        "--generation-database", "none", "--warnings", "off", "--suppress-health-check", "all",
    ]  # fmt: skip
    log = stack.logs / "gateway.log"
    before = log.stat().st_size
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    print(done.stdout[-2000:])  # how many cases there were; pytest -s shows it
    assert done.returncode == 0, f"LOKET_SEED={SEED} sends the same again\n{done.stdout[-6000:]}"
    assert portal.get("teams").ok
    # that a service did not answer in time is described, and has to stay what it is on a machine that is busy: rare
    assert log.read_bytes()[before:].count(b'"status": 503') < MAX_UNAVAILABLE


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("operations", "cases"), [each[1:] for each in EACH], ids=[each[0] for each in EACH])
def test_generated_requests_get_described_responses(stack, proefstad, config, tmp_path, operations, cases):
    run(stack, proefstad, config, tmp_path, *only(operations), "--phases", PHASES, cases=cases)


if not LONG:

    @pytest.mark.timeout(1800)
    def test_allowed_and_forbidden_values_of_each_schema_get_described_responses(stack, proefstad, config, tmp_path):
        run(stack, proefstad, config, tmp_path, *only(COVERED_TODAY), "--phases", "coverage")


if LONG:  # test_links.py follows the same links, and begins with what there is

    @pytest.mark.timeout(1800)
    def test_generated_requests_along_links_get_described_responses(stack, proefstad, config, tmp_path):
        run(stack, proefstad, config, tmp_path, "--phases", "stateful")
