# The two commands of the README are `run` and `test`; `check` is what CI adds to them.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?= -n auto
KERNEL := src/opendata_hub/adapters/tabular/engine/kernel.c

.DEFAULT_GOAL := help
.PHONY: help run test test-slow check release format lock pictures clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: $(VENV)/.installed ## install, load the sample data into ./var, serve the portal
	$(BIN)/opendata-hub demo
	$(BIN)/opendata-hub serve --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-dev ## run the tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-slow: $(VENV)/.installed-dev ## 2,000 random tables against Frictionless, 200 kills while requests are filed, the guides' commands, a real CKAN if one runs
	DIFFERENTIAL_CASES=2000 $(BIN)/python -m pytest tests/adapters/test_engine.py
	KILLS=200 $(BIN)/python -m pytest tests/journeys/test_killed_at_any_moment.py
	GUIDES=1 $(BIN)/python -m pytest tests/journeys/test_guides.py
	ROUNDS=5 $(BIN)/python -m pytest tests/journeys/test_many_processes.py
	REAL_CKAN=1 $(BIN)/python -m pytest tests/journeys/test_real_ckan.py tests/journeys/test_clients_of_ckan.py

check: $(VENV)/.installed-dev ## lint, format, types, import contracts
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
