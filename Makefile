# Every way in. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= $(or $(FACTCHECK_PORT),8000)
DATA ?= $(or $(FACTCHECK_DATA),var)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# What Python compiles is kept, whatever the shell says: the tests start a hundred processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup up dev browser check test test-sqlite test-postgres test-labelstudio bench
# One after the other: each takes both cores.
.NOTPARALLEL:

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-16s %s\n", $$1, $$2}'

setup: .venv/installed ## the environment alone

up: .venv/installed ## start everything: make up [PORT=8001] [DATA=directory]
	@FACTCHECK_PORT='$(PORT)' FACTCHECK_DATA='$(DATA)' exec $(BIN)/python manage.py up --with-parent

check: dev ## the quick loop: lint, types, import rules, migrations, quick tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not browser"

# Three at once on two cores, a file of tests to each: half of the slow ones wait for a page or a process to start. CHECKED=1 leaves out
# what `make check` has run.
test: test-sqlite test-postgres ## every test, on SQLite and on PostgreSQL

test-sqlite: dev browser
	$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m "$(if $(CHECKED),slow and )not labelstudio"

test-postgres: dev browser
	FACTCHECK_TEST_DATABASE=postgres $(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m "not labelstudio"

test-labelstudio: dev browser .venv-labelstudio/installed ## tests against a real Label Studio, in an environment of its own (1 GB)
	$(BIN)/python -m pytest -q -m labelstudio tests/labelstudio

bench: dev browser ## the figures of docs/benchmarks.md
	$(BIN)/python -m bench

dev: .venv/installed-dev

browser:
	@sh tests/browser/install.sh

# Stamps: a changed list of requirements is installed before the next command.
.venv/installed: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed: make $(or $(MAKECMDGOALS),setup) PYTHON=/path/to/python3.11' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	@touch $@

.venv-labelstudio/installed: requirements-labelstudio.txt constraints-labelstudio.txt
	@test -x .venv-labelstudio/bin/python || $(PYTHON) -m venv .venv-labelstudio
	.venv-labelstudio/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-labelstudio.txt -r requirements-labelstudio.txt
	@touch $@
