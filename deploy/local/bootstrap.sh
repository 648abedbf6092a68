#!/usr/bin/env bash
# Makes the virtual environment with every pinned dependency and all components in it. Called by make; safe to repeat.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=${1:?the folder of the virtual environment}

python=""
for candidate in "${PYTHON:-}" python3 python3.11 python3.12 python3.13; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then python=$candidate; break; fi
done
[ -n "$python" ] || { echo "Loket needs Python 3.11 or newer. Install it (apt-get install python3) or set PYTHON." >&2; exit 1; }

if [ ! -x "$venv/bin/pip" ]; then
    echo "Making the virtual environment in $venv with $($python --version)"
    if ! "$python" -m venv "$venv" 2>/dev/null; then
        rm -rf "$venv"
        sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo -n"
        echo "This Python has no venv module; installing Debian's python3-venv"
        { $sudo apt-get update -qq && $sudo apt-get install -y -qq python3-venv >/dev/null; } ||
            { echo "Install it by hand (apt-get install python3-venv), then run make again." >&2; exit 1; }
        "$python" -m venv "$venv"
    fi
fi

echo "Installing the pinned dependencies (the first time takes a minute or two)"
"$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement constraints.txt

components=()
for project in services/*/pyproject.toml gateway/pyproject.toml deploy/*/pyproject.toml; do
    components+=(--editable "$(dirname "$project")")
done
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation "${components[@]}"
