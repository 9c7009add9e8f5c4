# Everything here works on a machine with Python 3.11 or later, git and make; `make help` lists it.
# What is installed is exactly what requirements/*.txt lock, hashes checked; uv itself included.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The interpreter that makes the environments: the first of these that exists.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
# Where a run writes; nothing is written elsewhere.
export TIEOUT_HOME ?= $(CURDIR)/.tieout
# Exports to run on; the demo company's when not given.
EXPORTS ?=
DEMO := $(TIEOUT_HOME)/demo
# Size of the benchmark's company (1: 2,000 customers, 300,000 ledger lines).
SCALE ?= 1
# Test processes. More than there are cores only makes them wait for each other.
WORKERS ?= 2

# What Python has compiled is kept: libraries not compiled anew are a third of the time that a small night imports.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
UV := $(BIN)/uv
INSTALL = $(UV) pip install --quiet --require-hashes
PROJECT = $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help run test lint format bench airflow docs lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' \
		| while IFS=$$'\t' read -r target text; do printf '  make %-9s %s\n' "$$target" "$$text"; done

# ------------------------------------------------------------------------------------------ set-up
# Each environment has a stamp that is newer than all it was made of, so that a second make is instant.

.venv/stamp-setup: requirements/setup.txt
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: install it, or say where it is with make PYTHON=..." >&2; exit 2; }
	@echo "setting up: .venv"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt
	@touch $@

.venv/stamp-run: .venv/stamp-setup requirements/run.txt pyproject.toml
	@echo "setting up: what a run needs"
	@$(INSTALL) --python $(BIN)/python -r requirements/run.txt
	@$(PROJECT) --python $(BIN)/python
	@touch $@

.venv/stamp-dev: .venv/stamp-run requirements/dev.txt
	@echo "setting up: tests and linters"
	@$(INSTALL) --python $(BIN)/python -r requirements/dev.txt
	@touch $@

.venv-airflow/stamp: .venv/stamp-setup requirements/airflow.txt pyproject.toml
	@echo "setting up: Airflow, in an environment of its own (.venv-airflow)"
	@test -x .venv-airflow/bin/python || $(UV) venv --quiet --python $(BIN)/python .venv-airflow
	@$(INSTALL) --python .venv-airflow/bin/python -r requirements/airflow.txt
	@$(PROJECT) --python .venv-airflow/bin/python
	@touch $@

# ------------------------------------------------------------------------------------------- using

# Written beside its place and moved there whole, so that an interrupted make leaves no half company.
$(DEMO): | .venv/stamp-run
	@rm -rf "$(DEMO).new"
	@$(BIN)/tieout demo --out "$(DEMO).new" | sed 's|\.new$$||'
	@mv "$(DEMO).new" "$(DEMO)"

run: .venv/stamp-run $(if $(EXPORTS),,$(DEMO)) ## the whole night on the demo company, or on EXPORTS=dir; then where to look
	@$(BIN)/tieout run --exports "$(or $(EXPORTS),$(DEMO))"

airflow: .venv-airflow/stamp $(if $(EXPORTS),,$(DEMO)) ## Airflow standalone with the nightly DAG loaded (EXPORTS=dir; the demo company without)
	@TIEOUT_EXPORTS="$(abspath $(or $(EXPORTS),$(DEMO)))" dags/airflow standalone

bench: .venv/stamp-run ## time and memory of each phase (SCALE=n) and of a million schedule rows, against references in the same run
	@$(BIN)/python -m benchmarks.pipeline --scale $(SCALE)
	@$(BIN)/python -m benchmarks.schedules

docs: .venv/stamp-run ## the documentation site in site/
	@$(BIN)/python -m tieout.docs --out site

# -------------------------------------------------------------------------------------- developing

test: .venv/stamp-dev .venv-airflow/stamp ## every test (WORKERS=n processes)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: .venv/stamp-dev ## ruff, mypy, yamllint, sqlfluff
	@$(BIN)/pre-commit run --all-files --show-diff-on-failure

format: .venv/stamp-dev ## what ruff and sqlfluff can mend by themselves
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix --quiet dbt_project/models

lock: .venv/stamp-setup ## recompile requirements/*.txt (UPGRADE=--upgrade for the newest versions)
	@$(COMPILE) $(UPGRADE) requirements/setup.in -o requirements/setup.txt
	@$(COMPILE) $(UPGRADE) -c requirements/setup.txt --extra dev pyproject.toml -o requirements/dev.txt
	@$(COMPILE) $(UPGRADE) -c requirements/dev.txt pyproject.toml -o requirements/run.txt
	@$(COMPILE) $(UPGRADE) -c requirements/run.txt --extra airflow pyproject.toml -o requirements/airflow.txt

clean: ## remove the environments and caches; keeps the home
	@rm -rf .venv .venv-airflow .mypy_cache .pytest_cache .ruff_cache .hypothesis site *.egg-info \
		dbt_project/target dbt_project/logs
