# Two commands open the README: `make run` and `make test`. Both stand on `make setup`, which does nothing when done.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup run report test test-all cluster-test coverage check verify mutate fuzz bench bench-check calibrate proposals docs clean

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

# What `make run` came to as reports to hand on, in both languages.
report: setup
	for lang in en zh; do $(BIN)/sim report $(wildcard results/runs/compare-harbin-baseline-harbin-charters-harbin-sorting-harbin-single-window-*-3-more) \
	  --lang $$lang --out results/harbin-comparison.$$lang.html || exit; done

# A file of tests stays in one process, so that what its tests share is made once.
test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-all: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile --summary results/tests.md

# A Dask scheduler and two workers, each a process of its own on loopback: the same runs, and what is killed of them.
cluster-test: setup
	$(BIN)/python -m pytest tests/cluster

# What the tests reach, line and branch, in all their processes; tracing makes them twice as slow. Compiled kernels cannot
# be traced: tests of them run once more, interpreted, where unsigned numbers are meant to overflow. Writes
# results/coverage.md; fails under 95 %. Of the slow tests only those of a command that no other test runs.
TRACED := $(BIN)/coverage run -m pytest -o timeout=1800
SLOW_TOO := tests/unit/test_sources_variance.py tests/sensitivity/test_worlds.py
INTERPRETED := tests/luck tests/golden tests/unit/test_consolidation.py tests/unit/test_kernels_by_hand.py \
  tests/unit/test_kernels_choice.py tests/properties/test_queue_kernels.py tests/properties/test_shelf_kernel.py

coverage: setup
	$(BIN)/coverage erase
	nice -n 10 $(TRACED) -n 2 --dist loadfile -m "not slow" -k "not take_neither_time"
	nice -n 10 $(TRACED) $(SLOW_TOO)
	NUMBA_DISABLE_JIT=1 nice -n 10 $(TRACED) -W "ignore:overflow encountered:RuntimeWarning" \
	  -k "not uncorrelated" $(INTERPRETED)
	$(BIN)/coverage combine --quiet
	mkdir -p build && $(BIN)/coverage json --quiet -o build/coverage.json
	$(BIN)/python -m verification.covered build/coverage.json

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sim validate $(wildcard scenarios/*.yaml scenarios/*/*.yaml)
	$(BIN)/python -m calibration.ledger
	$(BIN)/python -m docs.generate --check

# The engine against theory and other simulators; some minutes. Writes results/verification.md and .csv.
verify: setup
	$(BIN)/python -m verification

# Small faults in the engine, one at a time, and whether the tests notice; about an hour at the lowest priority, for all of them
# (`SAMPLE=0`) many. What was killed is not tried again while its module reads the same. Writes results/mutation.md.
SAMPLE ?= 250

mutate: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement mutate.lock
	nice -n 19 $(BIN)/python -m verification.mutation --sample $(SAMPLE)

# Half an hour at the lowest priority; `MINUTES=1` for a try. Inputs that are faults are left in tests/wrong/found.
MINUTES ?= 30

fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement fuzz.lock
	$(BIN)/python tests/wrong/fuzz.py --minutes $(MINUTES)

bench: setup
	$(BIN)/python -m benchmarks

# What the floor is compared with, measured anew and held against the last make bench.
bench-check: setup
	$(BIN)/python -m benchmarks.check

# Both corridors in full, about half an hour each on two cores; then the quantiles against those that ship.
calibrate: setup
	$(BIN)/sim calibrate harbin
	$(BIN)/sim calibrate xinjiang
	$(BIN)/python -m calibration.compare results/runs/calibration-harbin results/runs/calibration-xinjiang

# Every proposal and disruption against its baseline, then the tables of what came of them; some hours on two cores. The small
# firms' warehouses of Hangzhou have so few orders that rows have to be small.
COMPARED := results/runs/proposals
COARSE := --parcels-per-row 500 --replications 24
IMPORTS := hebei-bonded-zone hebei-experience-shops tianjin-trial-peak
STOCKED := hangzhou-warehouses-alone hangzhou-warehouse-joint hangzhou-warehouse-leased national-several-warehouses
of = $(basename $(notdir $(wildcard scenarios/interventions/$(1)-*.yaml scenarios/disruptions/$(1)-*.yaml)))

proposals: setup
	$(BIN)/sim compare scenarios/harbin-baseline.yaml $(call of,harbin) national-b2b-to-b2c $(COARSE) --out $(COMPARED)-harbin
	$(BIN)/sim compare scenarios/xinjiang-baseline.yaml $(call of,xinjiang) $(COARSE) --out $(COMPARED)-xinjiang
	$(BIN)/sim compare scenarios/both-corridors.yaml $(filter-out national-b2b-to-b2c $(STOCKED),$(call of,national)) $(COARSE) \
	  --out $(COMPARED)-both
	$(BIN)/sim compare scenarios/hebei-baseline.yaml $(filter-out $(IMPORTS),$(call of,hebei)) $(COARSE) --out $(COMPARED)-hebei
	$(BIN)/sim compare scenarios/tianjin-import.yaml $(IMPORTS) $(COARSE) --out $(COMPARED)-tianjin
	$(BIN)/sim compare scenarios/hangzhou-baseline.yaml $(filter-out $(STOCKED),$(call of,hangzhou)) $(COARSE) --out $(COMPARED)-hangzhou
	$(BIN)/sim compare scenarios/hangzhou-baseline.yaml $(STOCKED) --parcels-per-row 20 --replications 24 --out $(COMPARED)-stocked
	$(BIN)/python -m docs.proposals --from $(COMPARED)-{harbin,xinjiang,both,hebei,tianjin,hangzhou,stocked}

docs: setup
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.tutorial

clean:
	rm -rf $(VENV) results/runs
