# Everything by one word: `make help`. Needs Python 3.11 or newer with pip; the rest is installed into .venv.

PORT ?= 8000
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
BIN := .venv/bin
# pip of the machine installs into .venv: no second pip, and no ensurepip, which Debian leaves out.
INSTALL = $(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check
COMPILE = $(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-options
# Settings as in production, in a data folder that nothing else uses.
PRODUCTION = env -u DATABASE_URL -u DEBUG LECTERN_HTTPS=1 LECTERN_DATA_DIR=var/lint ALLOWED_HOSTS=lectern.example.com

.DEFAULT_GOAL := help
.PHONY: help run test lint bench faults requirements

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-14s %s\n' "$$name" "$$text"; done

run: .venv/.installed ## Install, fill an embedded database with demo data, start web and worker (PORT=8000)
	@PATH="$(CURDIR)/$(BIN):$$PATH" PORT=$(PORT) LECTERN_HTTPS=0 exec $(BIN)/python manage.py runlectern

test: .venv/.installed-dev ## Run the whole test suite on every service that is switched on
	@$(BIN)/python -m tests.run $(ARGS)

lint: .venv/.installed-dev ## Check style, layers, migrations and production settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@mkdir -p var/lint
	$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/.installed-dev ## Measure against the bare framework and print ratios
	@for script in tests/benchmarks/[a-z]*.py; do \
		$(BIN)/python -m "tests.benchmarks.$$(basename $$script .py)" || exit 1; done

faults: .venv/.installed-dev ## Kill workers, brokers and connections while resets run (KILLS=100 on each database)
	@$(BIN)/python -m tests.faults --kills $(or $(KILLS),100) $(ARGS)

requirements: .venv/.installed-dev ## Pin the newest versions that requirements*.in allow
	$(COMPILE) --upgrade --output-file=requirements.txt requirements.in
	$(COMPILE) --upgrade --output-file=requirements-dev.txt requirements-dev.in

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Lectern needs Python 3.11 or newer."; exit 1; }
	$(PYTHON) -m venv --without-pip .venv

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "Installing what Lectern runs on into .venv ..."
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing what tests and checks need into .venv ..."
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
