# The two commands of the README are `run` and `test`; `check` is what CI adds to them.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?= -n auto
KERNEL := src/opendata_hub/adapters/tabular/engine/kernel.c

.DEFAULT_GOAL := help
.PHONY: help run test slow bench secrets audit check release format lock pictures clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: $(VENV)/.installed ## install, load the sample data into ./var, serve the portal
	$(BIN)/opendata-hub demo
	$(BIN)/opendata-hub serve --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-dev ## run the tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

slow: $(VENV)/.installed-dev ## what takes long: 2,000 random tables against Frictionless, 200 kills while requests are filed, calls from the OpenAPI document, broken bytes at every door, the guides' commands, a real CKAN if one runs
	DIFFERENTIAL_CASES=2000 $(BIN)/python -m pytest tests/adapters/test_engine.py
	KILLS=200 $(BIN)/python -m pytest tests/journeys/test_killed_at_any_moment.py
	CONTRACT_EXAMPLES=50 $(BIN)/python -m pytest tests/web/test_contract.py
	FUZZ_EXAMPLES=1000 $(BIN)/python -m pytest tests/test_doors_of_parsers.py tests/test_doors_of_documents.py tests/test_doors_of_sheets.py tests/test_doors_of_actions.py
	GUIDES=1 $(BIN)/python -m pytest tests/journeys/test_guides.py
	ROUNDS=5 $(BIN)/python -m pytest tests/journeys/test_many_processes.py
	REAL_CKAN=1 $(BIN)/python -m pytest tests/journeys/test_real_ckan.py tests/journeys/test_clients_of_ckan.py

bench: $(VENV)/.installed-dev ## figures of this machine, each bounded, as tables: checking files, search, serving, load
	PYTHONPATH=tests $(BIN)/python benchmarks/validation.py --rows 100 100000 --runs 1
	PYTHONPATH=tests $(BIN)/python benchmarks/search.py 1000
	PYTHONPATH=tests $(BIN)/python benchmarks/serving.py 1000 --no-load
	PYTHONPATH=tests $(BIN)/python benchmarks/load.py --datasets 1000 --seconds 10

secrets: $(VENV)/.installed-dev ## look for secrets in the files that git keeps
	$(BIN)/python .ci/secrets

audit: $(VENV)/.installed-dev ## ask whether a package of the lock files has a known weakness
	$(BIN)/python .ci/audit

check: $(VENV)/.installed-dev secrets audit ## lint, format, types, import contracts, secrets, weaknesses of packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pre-commit validate-config

release: $(VENV)/.installed-dev ## sdist, wheel, bill of materials and image recipe of the tag that is checked out, in dist/
	.ci/release

format: $(VENV)/.installed-dev ## let ruff put the code in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# --no-emit-index-url keeps every registry's address out of the lock files; hashes stay.
lock: ## compile the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --upgrade --quiet pyproject.toml --output-file requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --upgrade --quiet pyproject.toml --extra postgres \
	  --constraints requirements.lock --output-file requirements-postgres.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --upgrade --quiet pyproject.toml --all-extras --group dev \
	  --constraints requirements.lock --output-file requirements-dev.lock

pictures: $(VENV)/.installed-dev ## make the pictures of the documentation anew (needs chromium)
	PYTHONPATH=tests $(BIN)/python docs/pictures/make.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml hatch_build.py $(KERNEL) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

clean: ## remove what was installed and cached; ./var stays
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
