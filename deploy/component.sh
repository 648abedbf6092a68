#!/usr/bin/env bash
# Installs one component, with the two packages that all components share, into a virtual environment:
#   deploy/component.sh booking /opt/loket
# In images this happens in steps, of which the first two are the same for all components:
#   deploy/component.sh download /wheels booking gateway    # what these components need from outside
#   deploy/component.sh build /wheels booking gateway       # our own packages
#   deploy/component.sh install_dependencies /wheels booking /opt/loket
#   deploy/component.sh remove_unneeded /opt/loket
#   deploy/component.sh install_packages /wheels booking /opt/loket [PREFIX]
# Everything from outside is downloaded at the versions of constraints.txt, and only with a hash listed there.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

source_of() {  # COMPONENT
    case "$1" in
        gateway) echo gateway ;;
        backup) echo deploy/backup ;;
        booking | notification | reporting) echo "services/$1" ;;
        *) echo "There is no component $1: booking, notification, reporting, gateway or backup." >&2; exit 2 ;;
    esac
}

# pip is in a virtual environment of its own, so the component's environment does not contain it
pip() {
    if [ -z "${LOKET_PIP:-}" ]; then
        python3 -m venv "$work/pip"
        LOKET_PIP=$work/pip/bin/pip
    fi
    "$LOKET_PIP" --quiet --disable-pip-version-check "$@"
}

# prints those entries of constraints.txt, with their hashes, whose names it reads
pinned() {
    python3 -c '
import re, sys
from pathlib import Path

names = {re.sub(r"[-_.]+", "-", line).lower() for line in sys.stdin.read().split()}
for entry in re.split(r"\n(?=\S)", Path("constraints.txt").read_text().strip()):
    if re.split(r"[=\[ ]", entry)[0].lower() in names:
        print(entry)
'
}

# prints what the components and the shared packages need from outside, with their extras, which a setting switches on
needs() {  # COMPONENT...
    local component sources=(services/contracts services/chassis)
    for component; do sources+=("$(source_of "$component")"); done
    python3 - "${sources[@]}" <<'PYTHON'
import sys, tomllib
from pathlib import Path

for folder in sys.argv[1:]:
    project = tomllib.loads(Path(folder, "pyproject.toml").read_text())["project"]
    extras = (each for extra in project.get("optional-dependencies", {}).values() for each in extra)
    print(*(need for need in (*project["dependencies"], *extras) if not need.startswith("loket-")), sep="\n")
PYTHON
}

download() {  # FOLDER COMPONENT...
    local folder=$1
    shift
    needs "$@" >"$work/needs"
    # resolve the versions, with indirect dependencies; then download those with their hashes
    sed -E 's/ *\\$//; /^ *--hash/d' constraints.txt >"$work/pins"
    pip install --dry-run --ignore-installed --report "$work/report" --requirement "$work/needs" --constraint "$work/pins"
    python3 -c 'import json, sys; print(*(each["metadata"]["name"] for each in json.load(sys.stdin)["install"]), sep="\n")' \
        <"$work/report" | pinned >"$work/requirements"
    pip wheel --no-deps --require-hashes --wheel-dir "$folder" --requirement "$work/requirements"
}

build() {  # FOLDER COMPONENT...
    local folder=$1 component sources=(./services/contracts ./services/chassis)
    shift
    for component; do sources+=("./$(source_of "$component")"); done
    printf '%s\n' hatchling packaging pathspec pluggy tomlkit trove-classifiers | pinned >"$work/requirements"
    pip install --no-deps --require-hashes --requirement "$work/requirements"
    pip wheel --no-deps --no-build-isolation --wheel-dir "$folder" "${sources[@]}"
}

install_dependencies() {  # FOLDER COMPONENT VENV
    needs "$2" >"$work/needs"
    pip --python "$3/bin/python" install --no-index --find-links "$1" --requirement "$work/needs"
}

# rich needs these for source code and Markdown, which `loket` does not print: 10 MB
remove_unneeded() {  # VENV
    pip --python "$1/bin/python" uninstall --yes pygments markdown-it-py mdurl
}

install_packages() {  # FOLDER COMPONENT VENV [PREFIX]
    local wheels=("$1"/loket_contracts-*.whl "$1"/loket_chassis-*.whl "$1/loket_$2"-*.whl)
    pip --python "$3/bin/python" install --no-index --no-deps ${4:+--prefix "$4"} "${wheels[@]}"
}

case "${1:-}" in
    download | build | install_dependencies | remove_unneeded | install_packages) "$@" ;;
    *)
        component=${1:?which component: booking, notification, reporting, gateway or backup}
        venv=${2:?the virtual environment to install into}
        download "$work/wheels" "$component"
        build "$work/wheels" "$component"
        install_dependencies "$work/wheels" "$component" "$venv"
        install_packages "$work/wheels" "$component" "$venv"
        pip --python "$venv/bin/python" check
        remove_unneeded "$venv"
        ;;
esac
