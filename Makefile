# Two commands on a fresh machine: `make demo` and `make test`. Needs Python 3.11 to 3.13 with venv, and make.

PYTHON ?= python3
SEED ?= 1
WORKERS ?= 2
ENTRIES ?= 60000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo clean-demo test check chaos bench lock
.DEFAULT_GOAL := help

help:  ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 	\2/p' $(MAKEFILE_LIST) | expand -t 22

demo: $(READY)  ## start everything, publish the demo, check it, stay up until Ctrl-C (DEMO_ONCE=1: stop by itself)
	@exec $(BIN)/python -m infra.demo

clean-demo: $(READY)  ## remove the data folder of the demo
	@$(BIN)/python -m infra.demo --clean

test: $(READY)  ## every rule and every kind of fault on real Kafka and PostgreSQL, by WORKERS= side by side
	@timeout --signal=INT --kill-after=30 2400 $(BIN)/python -m pytest tests -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: $(READY)  ## ruff, formatting, mypy, import rules, the lock and generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_lock.py
	@for tool in $$(grep -l -- '"--check"' tools/*.py); do echo "$$tool --check"; $(BIN)/python $$tool --check || exit 1; done

chaos: $(READY)  ## the full counts of kill -9 and pauses (SEED=…)
	CHAOS=full SEED=$(SEED) $(BIN)/python -m pytest tests -m chaos

bench: $(READY)  ## figures, each beside its peer's, on a ledger of ENTRIES= entries
	@exec $(BIN)/python -m bench --entries $(ENTRIES)

lock: $(READY)  ## resolve the dependencies anew into requirements.lock
	$(BIN)/python tools/check_lock.py --write

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
		|| { echo "Tamga needs Python 3.11, 3.12 or 3.13: install one and run: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "$(PYTHON) has no venv: install the package python3-venv of your system" >&2; exit 2; }
	@echo "making $(VENV) from requirements.lock" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --progress-bar on --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
