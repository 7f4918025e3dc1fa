#!/bin/sh
# Build or update .venv from requirements.lock, with the networks of lca/tracking: make env. Arguments: the Python to use, then
# options for pip.
#
# .venv/.ready is written last. While it is missing the environment is half built, and the next run starts it afresh. Two
# runs at once (make demo beside make test) take turns, where the system has flock.
set -eu
python=$1
shift

fail() {
  echo "make env: $1" >&2
  exit 1
}

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2], sys.version_info >= (3, 11))') ||
  fail "expected a Python 3.11 or newer, got none that runs as '$python'; name one with make env PYTHON=..."
[ "${version#* }" = True ] ||
  fail "expected Python 3.11 or newer, got ${version% *}; name another one with make env PYTHON=python3.11"
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
  fail "this Python has no venv module; install it (Debian: apt install python3-venv) or name another with make env PYTHON=..."

if command -v flock >/dev/null; then
  exec 9<requirements.lock
  flock 9
fi
if [ -e .venv/.ready ] && [ -z "$(find requirements.lock pyproject.toml -newer .venv/.ready)" ]; then
  exit 0 # the run that we waited for has done it
fi

if [ ! -e .venv/.ready ]; then
  echo "make env: building .venv from requirements.lock (one to four minutes, once)"
  rm -rf .venv
  "$python" -m venv .venv
fi
rm -f .venv/.ready
pip() { .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$@"; }
pip "$@" -r requirements.lock
pip --no-deps --no-build-isolation --editable .
# Without a network the environment is good all the same: what is missing is said, and our own networks stand in.
.venv/bin/python -m lca networks || echo "make env: goes on without these networks; .venv/bin/lca networks fetches them later" >&2
touch .venv/.ready
