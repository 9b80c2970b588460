# Everything is installed in $(VENV); nothing outside the work tree changes, except that a root user
# on Debian without python3-venv gets that package (tools/bootstrap.sh).

VENV ?= .venv
PYTHON ?=
PROGRAM ?= examples/invoices.js
INPUT ?= examples/invoices.json
ARGS ?=
PORT ?= 8000
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)

BIN := $(VENV)/bin
# Only folders that hold Python: mypy refuses one that does not.
PY_PATHS = $(shell find src tests benchmarks demo examples tools -name '*.py' 2>/dev/null | cut -d/ -f1 | sort -u)
SHA256SUM := $(shell command -v sha256sum || echo shasum -a 256)
DENO := DENO_DIR=.cache/deno DENO_NO_UPDATE_CHECK=1 $(BIN)/deno

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --warn-undefined-variables

##@ Use
.PHONY: help run demo bench

help: ## Show this table
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@printf '\nVariables: PROGRAM, INPUT (run); ARGS (pytest, wpt, bench); WORKERS (pytest); PYTHON, VENV.\n'

run: setup ## Run PROGRAM on INPUT in an isolate (default: the invoices example)
	@$(BIN)/atoll run $(PROGRAM) --input $(INPUT) --stats

demo: setup demo/node_modules/.installed ## Serve the playground on http://127.0.0.1:8000 (PORT=…)
	$(BIN)/python -m demo --port $(PORT)

bench: $(VENV)/.synced-bench ## Measure Atoll beside its raw limits and its peers
	$(BIN)/python -m benchmarks $(ARGS)

##@ Develop
.PHONY: setup test pytest wpt check lint types guest vendor wheel inventory reference format clean

setup: $(VENV)/.synced ## Create or update the environment (every target does this)

test: check pytest ## Everything: set-up, all checks, all tests

pytest: setup ## The tests alone; ARGS="-k wire" selects (then in one process)
ifeq ($(strip $(ARGS)),)
	@tools/browser.sh
	@$(MAKE) --no-print-directory demo/node_modules/.installed || \
	  echo "no editor: the tests of the playground are skipped (its packages come from npm)" >&2
	$(BIN)/python -m pytest -m "not serial" --numprocesses=$(WORKERS) --dist=worksteal
	@if grep -rqs --include='*.py' 'mark\.serial' tests; then \
	  set -x; $(BIN)/python -m pytest -m serial; fi
else
	$(BIN)/python -m pytest $(ARGS)
endif

wpt: setup ## Web-platform-tests of the checkout in ATOLL_WPT; ARGS="url --engine both" selects
	@$(BIN)/python -m tests.wpt $(ARGS)

check: lint types guest vendor wheel ## All checks that run no test

lint: setup ## Python: ruff rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup ## Python: mypy, strict
	$(BIN)/mypy $(PY_PATHS)

guest: setup ## JavaScript: types, rules and format, offline
	$(DENO) check --no-remote --no-npm src/atoll
	$(DENO) lint
	$(DENO) fmt --check
	$(DENO) lint --config demo/deno.json
	$(DENO) fmt --check --config demo/deno.json
	if [ -e demo/node_modules/.installed ]; then \
	  $(DENO) check --config demo/deno.json --cached-only demo/static/*.js; fi

vendor: ## Vendored files are the published ones
	@for readme in src/atoll/vendor/*/README.md; do \
	  (cd "$$(dirname "$$readme")" && grep -E '^[0-9a-f]{64}  ' README.md | $(SHA256SUM) --check --strict --quiet) \
	  || { echo "vendor: $$readme does not match the files beside it" >&2; exit 1; }; done
	@echo "vendor: all sums match"

wheel: setup ## The wheel is pure Python and complete
	$(BIN)/python tools/check_wheel.py

inventory: setup ## Rewrite the inventory of the global scope that a test compares
	$(BIN)/python -m tests.inventory.generate

screenshots: setup demo/node_modules/.installed ## Make the pictures of the documentation anew
	ATOLL_SCREENSHOTS=1 $(BIN)/python -m pytest tests/demo -q

reference: setup ## Write the reference of the public names to dist/reference
	$(BIN)/pdoc --docformat google --no-show-source -o dist/reference $(shell $(BIN)/python tools/public_modules.py)
	@echo "reference: dist/reference/atoll.html"

format: setup ## Rewrite Python and guest code the way check wants it
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(DENO) fmt
	$(DENO) fmt --config demo/deno.json

clean: ## Remove the environment, caches and build output
	rm -rf $(VENV) demo/node_modules benchmarks/node_peer/node_modules .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache dist
	find src tests benchmarks demo examples tools -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# A stamp is newer than what it was made from, so that a second run starts at once. An environment
# whose interpreter has gone is made again.
.PHONY: force

$(VENV)/.created: tools/bootstrap.sh $(shell test -x $(BIN)/python || echo force)
	PYTHON="$(PYTHON)" tools/bootstrap.sh $(VENV)
	@touch $@

$(VENV)/.synced: pyproject.toml $(VENV)/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

# The editor of the playground, at the versions of the lock file.
demo/node_modules/.installed: demo/package.json demo/deno.lock $(VENV)/.synced
	cd demo && DENO_DIR=../.cache/deno DENO_NO_UPDATE_CHECK=1 ../$(BIN)/deno install --quiet --frozen
	@touch $@

$(VENV)/.synced-bench: $(VENV)/.synced
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@
