# Every target sets itself up: python3 (3.11 or newer), pip and make are all that must be there.
# What is set up is remembered in .venv, so that only the first run takes its time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

.DEFAULT_GOAL := help
.PHONY: help run test build check lint fmt fuzz bench clean

help:
	@echo "make run    validate examples/import.jsonl"
	@echo "make test   all that CI looks at: lint, check, and the tests"
	@echo "make build  compile rules/ and write the generated files that differ"
	@echo "make check  compile rules/ and fail if a generated file is not as the rules make it"
	@echo "make lint   ruff and mypy"
	@echo "make fmt    format the code"
	@echo "make fuzz   the tests with random input, with FUZZ_EXAMPLES (default 20000) of it each"
	@echo "make bench  measure speed and memory beside other programs (an hour, 6 GB of disk); QUICK=1 for a trial"
	@echo "make clean  remove what these targets leave behind"

run: $(VENV)/.run
	$(BIN)/stream-import validate examples/import.jsonl

# The tests that need node, npm or Chromium are skipped without them; with CI set they fail.
test: lint check
	$(BIN)/python -m pytest

build: $(VENV)/.dev
	$(BIN)/python -m generators build

check: $(VENV)/.dev
	$(BIN)/python -m generators check

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fmt: $(VENV)/.dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

fuzz: $(VENV)/.dev
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-20000} $(BIN)/python -m pytest $$(grep -l FUZZ_EXAMPLES tests/*.py)

# Without node the results say that ajv is missing. What was measured before it was broken off: BENCH=--resume.
bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(BENCH)

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/node/node_modules \
	  benchmarks/node/node_modules benchmarks/.data
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------- what is set up

$(VENV)/.dev: pyproject.toml $(VENV)/.made
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.bench: pyproject.toml benchmarks/node/package-lock.json $(VENV)/.dev
	$(PIP) --editable '.[bench]'
	@if command -v npm >/dev/null; then cd benchmarks/node && npm ci --ignore-scripts --no-audit --no-fund; \
	  else echo "npm is missing: ajv will not be measured"; fi
	@touch $@

$(VENV)/.run: pyproject.toml $(VENV)/.made
	$(PIP) --editable .
	@touch $@

# Where Python comes without the module that puts pip into new environments, its own pip does that.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("$(PYTHON) is Python %d.%d; 3.11 or newer is needed. Say which: make PYTHON=python3.11 ..." % v[:2])'
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null || { \
	  $(PYTHON) -m venv --clear --without-pip $(VENV) && \
	  $(PYTHON) -m pip --disable-pip-version-check --quiet --python $(BIN)/python install pip; }
	@touch $@
