# Everything a developer does. `make demo` and `make test` need nothing before them but python3 and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# One worker a core. WORKERS=0 runs everything in one process, for a debugger.
WORKERS ?= 2
# Each of these has an API server of its own, and waits for it half of the time.
API_WORKERS ?= $(shell echo $$(( 2 * $(WORKERS) )))
PYTEST := $(BIN)/python -m pytest
# A file stays with one worker: its tests share operators and clusters.
BY_FILE := --dist loadfile --no-loadscope-reorder
# kube/ is tested against the real thing, which `make check` does without.
ON_THE_API_SERVER := tests/contract tests/contract_body tests/crds tests/deploy tests/e2e tests/faults tests/simulation \
	tests/unit/kube
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help demo test test-tools check format testbed bench simulate up down lock release-notes clean

help: ## Show what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: testbed ## Watch Poolkeeper put a pool right, on a real API server (a minute; the first time some more)
	@$(BIN)/python -m tests.demo tour

test: check testbed ## Run every test of Poolkeeper
	@echo "==> tests on the real API server, and some lives"
	@$(PYTEST) $(BY_FILE) --numprocesses $(API_WORKERS) $(ON_THE_API_SERVER) --durations=40 --junit-xml=build/tests.xml

test-tools: testbed ## Test the test bed and the bench themselves
	@$(PYTEST) $(BY_FILE) --numprocesses $(API_WORKERS) tests/tools

check: $(READY) ## Lint, types, import rules, unit and property tests
	@echo "==> ruff, mypy, import-linter"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@echo "==> unit and property tests"
	@$(PYTEST) --dist worksteal --numprocesses $(WORKERS) tests/unit tests/property --ignore=tests/unit/kube

format: $(READY) ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

testbed: $(READY) ## Build kube-apiserver, etcd and kubectl into .testbed/bin (once; some minutes)
	@$(BIN)/python -m tests.testbed build

up: testbed ## Set up what the demo shows, and leave it running
	@$(BIN)/python -m tests.demo up

down: $(READY) ## Stop what `make up` left running
	@$(BIN)/python -m tests.demo down

bench: testbed ## Measure what it costs, beside what people would use instead (hours; with QUICK=1 a quarter of one)
	@$(BIN)/python -m tests.bench $(if $(QUICK),--quick) $(if $(WRITE),--write)

simulate: $(READY) ## Live many lives in virtual time, and shorten what goes wrong (SEEDS=20000 for a night; SEED=7 for one)
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000))

lock: $(READY) ## Pin the dependencies anew
	@$(LOCK) --upgrade pyproject.toml --output-file deploy/requirements.txt
	@$(LOCK) --upgrade pyproject.toml --extra dev --constraint deploy/requirements.txt --output-file tests/requirements.txt

release-notes: $(READY) ## Print the notes of a release, cut from CHANGELOG.md (VERSION=0.2.0)
	@$(BIN)/python -m tests.release_notes $(VERSION)

clean: ## Remove the virtual environment and every cache, but not .testbed
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.testbed/*' -prune -exec rm -rf {} +

$(READY): tests/requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Poolkeeper needs Python 3.11 or newer, and $(PYTHON) is %d.%d: make PYTHON=... names another" % sys.version_info[:2])'
	@echo "==> creating $(VENV) (about a minute)"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "python3 cannot make virtual environments here; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
