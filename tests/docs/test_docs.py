"""The documentation matches the code."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.generate import PAGES, REFERENCE

ROOT = Path(__file__).parents[2]
PAGES_BY_HAND = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("services/*/README.md"),
    ROOT / "gateway/README.md",
    *ROOT.glob("deploy/*/README.md"),
]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name):
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "run: make docs"


@pytest.mark.parametrize("page", PAGES_BY_HAND, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_has_a_target(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


#: paths that the reader of a page creates
EXAMPLES = re.compile("surveys|locations|it[.](?:po|yaml)$|[.]env$")
PACKAGES = {
    ROOT / "gateway": "loket_gateway", ROOT / "deploy/local": "loket_local", ROOT / "deploy/backup": "loket_backup",
    **{folder: f"loket_{folder.name}" for folder in (ROOT / "services").iterdir() if folder.is_dir()},
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES_BY_HAND, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_in_the_docs_exists(page):
    """Decisions, the changelog and the comparison may name files of their day."""
    if page.parent.name == "decisions" or page.name in ("CHANGELOG.md", "comparison.md"):
        return
    for path in re.findall(r"`((?:services|gateway|deploy|tests|docs)/[\w./*-]+)`", page.read_text()):
        assert EXAMPLES.search(path) or list(ROOT.glob(path.rstrip("/"))), path


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/how-to/*.md")), ids=lambda page: page.name)
def test_a_constant_or_private_name_in_a_step_of_a_how_to_is_in_the_file_of_that_step(page):
    """Only steps that name one file are checked: a renamed constant is easily missed in a page."""
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for step in re.split(r"\n(?=\s*(?:\d+\.|-) )|\n\n", prose):
        files = {ROOT / path for path in re.findall(r"`([\w./]+\.(?:py|html|yaml))`", step) if (ROOT / path).is_file()}
        if len(files) == 1:
            text = files.pop().read_text()
            for name in re.findall(r"`(_[A-Za-z]\w*|[A-Z][A-Z_]+)`", step):
                assert re.search(rf"\b{name}\b", text), f"{name} in: {step.strip()}"


@pytest.mark.parametrize("component", PACKAGES, ids=lambda folder: folder.name)
def test_every_file_in_the_readme_of_a_component_exists(component):
    for line in (component / "README.md").read_text().splitlines():
        first = line.split("|")[1] if line.startswith("|") else ""
        for name in re.findall(r"`([\w./]+)`", first):
            assert (component / PACKAGES[component] / name).exists() or (component / name).exists(), name


def test_every_target_in_the_readme_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert named <= targets


def test_ci_calls_the_test_command_of_the_readme():
    assert "make test\n" in (ROOT / "README.md").read_text()
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec make test")


def test_the_readme_session_books_an_appointment_that_is_mailed_and_counted(stack):
    readme = (ROOT / "README.md").read_text()
    (session,) = re.findall(r"```sh\n(base=.*?)```", readme, re.DOTALL)
    session = session.replace("http://127.0.0.1:8080", stack.url).replace("http://127.0.0.1:8025", stack.mail_url)
    session = session.replace("$(.venv/bin/loket local key --role lead)", stack.machine_key("rumst", "lead"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", session], capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"state": "booked"' in done.stdout
    assert "Uw afspraak op" in done.stdout
    assert '"booked": ' in done.stdout


def test_no_committed_file_names_a_package_registry():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    names = ["pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "deb" + r"\.debian\.org"]
    hosts = re.compile("|".join(names))
    for name in tracked:
        file = ROOT / name
        if file.suffix not in (".heic", ".jpg", ".png", ".svg"):
            assert not hosts.search(file.read_text(encoding="utf-8")), name
