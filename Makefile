# Loket. `make help` lists what can be done here.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PROJECTS := $(wildcard services/*/pyproject.toml deploy/*/pyproject.toml) gateway/pyproject.toml

.DEFAULT_GOAL := help
# without bytecode files, each process compiles all modules again
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install run dev stop reset demo-data password logs status check pure test test-long test-changed docker-test lint fmt types imports contracts bench sbom lock docs site clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): constraints.txt $(PROJECTS)
	@deploy/local/bootstrap.sh $(VENV)
	@touch $(READY)

install: $(READY)  ## Make the virtual environment with everything pinned

run: $(READY)  ## Start everything, with the demo municipality, until Ctrl-C
	@exec $(BIN)/loket local up

dev: $(READY)  ## The same as run; a service restarts when its source files change
	@exec $(BIN)/loket local up --reload

stop: $(READY)  ## Stop what `make run` started in another shell
	@$(BIN)/loket local stop

reset: $(READY)  ## Stop, and drop all data of `make run`
	@$(BIN)/loket local reset

demo-data: $(READY)  ## Play a year of a municipality into what `make run` started in another shell
	@exec $(BIN)/loket local demo-data

password: $(READY)  ## Give the account `beheer` of the demo municipality a new first password
	@$(BIN)/loket local password

logs: $(READY)  ## Follow the logs of `make run`
	@exec $(BIN)/loket local logs

status: $(READY)  ## Show what runs, and whether it is healthy
	@$(BIN)/loket local status

lint: $(READY)  ## Style and common mistakes (ruff; biome for CSS and JavaScript, where it is installed)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@! test -x $(BIN)/biome || $(BIN)/biome check

fmt: $(READY)  ## Format the code and fix what ruff can fix
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	@! test -x $(BIN)/biome || $(BIN)/biome check --write

types: $(READY)  ## Types (mypy, strict for the contracts and the domain)
	@$(BIN)/mypy

imports: $(READY)  ## Which part may import which (import-linter)
	@$(BIN)/lint-imports --no-cache

PROCESSES := -n 2 --no-loadscope-reorder
# the tests on a whole stack wait half of their time, so two cores have work for three processes
PROCESSES_OF_ALL := -n 3 --no-loadscope-reorder

COMPONENTS := booking notification reporting gateway chassis contracts

check: $(READY)  ## Lint, types, import rules and all tests that need no server: half a minute
	@$(MAKE) --no-print-directory --jobs 2 --output-sync pure types imports lint

pure: $(READY)  ## All tests that need no server, browser or network
	@$(BIN)/python -m pytest $(PROCESSES) --pure

test: $(READY)  ## Everything that must pass: lint, types, import rules, all tests on real servers
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types imports lint
	@$(BIN)/python -m pytest $(PROCESSES_OF_ALL)

test-%: $(READY)  ## All tests of one of: booking notification reporting gateway chassis contracts
	@test -n "$(filter $*,$(COMPONENTS))" || { echo "No component $*; there are: $(COMPONENTS)" >&2; exit 2; }
	@$(BIN)/python -m pytest $(PROCESSES) $(if $(filter gateway,$*),gateway,services/$*)

test-changed: $(READY)  ## The tests of what differs from main, or on main from the commit before
	@$(BIN)/python -m pytest $(PROCESSES) $$($(BIN)/python -m tests.changed)

test-long: lint types imports  ## The same with the long forms of fuzzing, faults and soak, or one PART of it
	@$(BIN)/python -m tests.long $(PART)

docker-test: $(READY)  ## Build the images, run them, break them under load; starts a private container engine if needed
	@exec $(BIN)/python -m tests.containers

contracts: $(READY)  ## Compare HTTP, events, RPC, settings and the municipality file with the last release
	@$(BIN)/python -m tests.compatibility

bench: $(READY)  ## Measure against the yardsticks of plain nameko, in one run
	@$(BIN)/python -m tests.benchmarks

docs: $(READY)  ## Regenerate docs/reference and the index of decisions
	@$(BIN)/python -m tests.docs.generate

site: $(READY)  ## Build the documentation as a site into dist/site; a broken link fails
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet && echo "dist/site/index.html"

sbom: $(READY)  ## Write a bill of materials (CycloneDX) of each component into dist/
	@$(BIN)/python deploy/sbom.py dist

lock: $(READY)  ## Pin all dependencies, with hashes, in constraints.txt
	@$(BIN)/pip install --quiet pip-tools && $(BIN)/python deploy/lock.py

clean: stop  ## Remove the virtual environment and all local data
	rm -rf $(VENV) .local
