#!/usr/bin/env bash
# Installs one component, with the two packages that all components share, into a virtual environment:
#   deploy/component.sh booking /opt/loket
# Everything from outside comes at the versions and with the hashes of constraints.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
component=${1:?which component: booking, notification, reporting or gateway}
venv=${2:?the virtual environment to install into}

case "$component" in
    gateway) source=gateway ;;
    booking | notification | reporting) source=services/$component ;;
    *) echo "There is no component $component." >&2; exit 2 ;;
esac

wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
grep -E '^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==' constraints.txt | sed 's/ .*//' >"$wheels/builders"
python3 -m venv "$wheels/builder"
"$wheels/builder/bin/pip" install --quiet --disable-pip-version-check --requirement "$wheels/builders"
"$wheels/builder/bin/pip" wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --wheel-dir "$wheels" ./services/contracts ./services/chassis "./$source"

# pip cannot mix hashed and unhashed requirements: resolve against the pins first, then the wheels without their needs
"$venv/bin/python" - "$wheels" >"$wheels/needs" <<'PYTHON'
import pathlib, re, sys, zipfile
for wheel in sorted(pathlib.Path(sys.argv[1]).glob("*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        for line in archive.read(metadata).decode().splitlines():
            if line.startswith("Requires-Dist:") and "loket-" not in line:
                print(line.removeprefix("Requires-Dist:").strip())
PYTHON
sed -E 's/ *\\$//; /^ *--hash/d' constraints.txt >"$wheels/pins"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$wheels/needs" --constraint "$wheels/pins"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps "$wheels"/*.whl
"$venv/bin/pip" check
