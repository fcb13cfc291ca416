# Two commands open the README: `make run` and `make test`. Both stand on `make setup`, which does nothing when done.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup run test test-all check bench calibrate docs clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "Python 3.11 is needed; set PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

run: setup
	$(BIN)/sim compare scenarios/harbin-baseline.yaml harbin-charters harbin-sorting harbin-single-window \
	  harbin-russian-sorting harbin-training harbin-brand --parcels-per-row 200 --replications 8

# A file of tests stays in one process, so that what its tests share is made once.
test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-all: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sim validate $(filter-out scenarios/siting/%,$(wildcard scenarios/*.yaml scenarios/*/*.yaml))
	$(BIN)/python -m calibration.ledger
	$(BIN)/python -m docs.generate --check

bench: setup
	$(BIN)/python -m benchmarks

# Both corridors in full, about half an hour each on two cores; then the quantiles against those that ship.
calibrate: setup
	$(BIN)/sim calibrate harbin
	$(BIN)/sim calibrate xinjiang
	$(BIN)/python -m calibration.compare results/runs/calibration-harbin results/runs/calibration-xinjiang

docs: setup
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.tutorial

clean:
	rm -rf $(VENV) results/runs
