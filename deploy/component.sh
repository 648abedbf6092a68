#!/usr/bin/env bash
# Installs one component, with the two packages that all components share, into a virtual environment:
#   deploy/component.sh booking /opt/loket
# In an image this happens in two steps, so that a change of the code does not install the dependencies again:
#   deploy/component.sh booking /opt/loket dependencies
#   deploy/component.sh booking /opt/loket packages
# Everything from outside is installed at the versions of constraints.txt, and only with a hash listed there.
set -euo pipefail
cd "$(dirname "$0")/.."
component=${1:?which component: booking, notification, reporting, gateway or backup}
venv=${2:?the virtual environment to install into}
step=${3:-all}

case "$component" in
    gateway) source=gateway ;;
    backup) source=deploy/backup ;;
    booking | notification | reporting) source=services/$component ;;
    *) echo "There is no component $component." >&2; exit 2 ;;
esac
case "$step" in
    all | dependencies | packages) ;;
    *) echo "There is no step $step: dependencies, packages or all." >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# pip comes from a virtual environment of its own, so the component's environment does not contain pip
python3 -m venv "$work/pip"
pip() { "$work/pip/bin/pip" --quiet --disable-pip-version-check "$@"; }
into() { pip --python "$venv/bin/python" "$@"; }

# prints those entries of constraints.txt, with their hashes, that the file of names lists
pinned() {
    python3 - "$1" <<'PYTHON'
import re, sys
from pathlib import Path

names = {re.sub(r"[-_.]+", "-", line).lower() for line in Path(sys.argv[1]).read_text().split()}
for entry in re.split(r"\n(?=\S)", Path("constraints.txt").read_text().strip()):
    if re.split(r"[=\[ ]", entry)[0].lower() in names:
        print(entry)
PYTHON
}

if [ "$step" != packages ]; then
    # what the component and the shared packages need from outside
    python3 - services/contracts services/chassis "$source" >"$work/needs" <<'PYTHON'
import sys, tomllib
from pathlib import Path

for folder in sys.argv[1:]:
    project = tomllib.loads(Path(folder, "pyproject.toml").read_text())["project"]
    print(*(need for need in project["dependencies"] if not need.startswith("loket-")), sep="\n")
PYTHON
    # resolve the versions, with indirect dependencies; then install those with their hashes
    sed -E 's/ *\\$//; /^ *--hash/d' constraints.txt >"$work/pins"
    into install --dry-run --ignore-installed --report "$work/report" --requirement "$work/needs" --constraint "$work/pins"
    python3 -c 'import json, sys; print(*(each["metadata"]["name"] for each in json.load(sys.stdin)["install"]), sep="\n")' \
        <"$work/report" >"$work/names"
    pinned "$work/names" >"$work/requirements"
    into install --no-deps --require-hashes --requirement "$work/requirements"
fi

if [ "$step" != dependencies ]; then
    printf '%s\n' hatchling packaging pathspec pluggy tomlkit trove-classifiers >"$work/builders"
    pinned "$work/builders" >"$work/requirements"
    pip install --no-deps --require-hashes --requirement "$work/requirements"
    pip wheel --no-deps --no-build-isolation --wheel-dir "$work" ./services/contracts ./services/chassis "./$source"
    into install --no-deps "$work"/*.whl
    into check
    # rich needs them for source code and Markdown, which `loket` does not print: 10 MB
    into uninstall --yes pygments markdown-it-py mdurl
fi
