# make env | demo | test | check | lab | lock      (PHOTOS=folder for your own photos)
PYTHON ?= python3
BIN := .venv/bin
export TOKENIZERS_PARALLELISM := false

.PHONY: env demo test check lab lock clean

env: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, got " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: env
	$(BIN)/python -m lca demo --out out/demo $(if $(PHOTOS),--photos "$(PHOTOS)")

test: env
	$(BIN)/python -m pytest -q

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/nbstripout --verify notebooks/*.ipynb

lab: env
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab --ip 127.0.0.1 --notebook-dir notebooks

# Regenerates requirements.lock; needs uv (https://docs.astral.sh/uv). CUDA packages stay out: torch brings its own.
lock:
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --no-header --no-annotate --quiet \
	  $$(uv pip compile pyproject.toml --python-version 3.11 --no-header --no-annotate --quiet \
	     | sed -nE 's/^((nvidia|cuda|triton)[a-z0-9-]*)==.*/--no-emit-package \1/p') -o requirements.lock

clean:
	rm -rf out .venv
