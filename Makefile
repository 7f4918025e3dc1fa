# make env | demo | test | check | lab | lock | clean      (demo: PHOTOS=folder takes your own photos)
# PYTHON=python3.12 chooses the interpreter; PIP_ARGS="--extra-index-url https://download.pytorch.org/whl/cpu" a CPU torch.
PYTHON ?= python3
PIP_ARGS ?=
PYTEST_ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
export TOKENIZERS_PARALLELISM := false

.PHONY: env demo test check lab figures hooks lock clean

env: .venv/.ready

# .ready is written last. While it is missing the environment is half built, and the next run starts it afresh.
.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "make env: expected Python 3.11 or newer, got " \
	  + sys.version.split()[0] + "; name another one with make env PYTHON=python3.11")'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "make env: this Python has no venv module;" \
	  "install it (Debian: apt install python3-venv) or name another Python with make env PYTHON=..." >&2; exit 1; }
	@test -e $@ || { echo "make env: building .venv from requirements.lock (one to four minutes, once)"; \
	  $(PYTHON) -m venv --clear .venv; }
	@rm -f $@
	@$(PIP) $(PIP_ARGS) -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: env
	@$(BIN)/python -m lca demo --out out/demo $(if $(PHOTOS),--photos "$(PHOTOS)")

test: env
	$(BIN)/python -m pytest -q $(PYTEST_ARGS)

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/nbstripout --verify notebooks/*.ipynb

# Localhost only; the address printed carries a fresh token.
lab: env
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab --ServerApp.ip=127.0.0.1 --ServerApp.root_dir=notebooks

# The one picture of each notebook, drawn with the shipped checkpoint.
figures: env
	$(BIN)/python tools/draw_figures.py

hooks: env
	$(BIN)/pre-commit install

# Regenerates requirements.lock; needs uv (https://docs.astral.sh/uv). CUDA packages stay out: torch brings its own.
lock:
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --no-header --no-annotate --quiet \
	  $$(uv pip compile pyproject.toml --python-version 3.11 --no-header --no-annotate --quiet \
	     | sed -nE 's/^((nvidia|cuda|triton)[a-z0-9-]*)==.*/--no-emit-package \1/p') -o requirements.lock

clean:
	rm -rf out .venv
