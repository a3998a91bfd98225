# Every command of EOHub's checkout. A target that installs something does so in .venv, node_modules or dist.
.DEFAULT_GOAL := help
.PHONY: help up down build dist test test-quick lint format generate isolation compare lock bench docs clean system-packages
.DELETE_ON_ERROR:

BIN := .venv/bin
UV := $(BIN)/uv
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
MEMBERS := spawner_profiles hub_config extensions/toolkit extensions/storage extensions/catalogue \
  extensions/cubes extensions/lifetime
POD_HALVES := extensions/toolkit extensions/storage extensions/catalogue extensions/cubes extensions/lifetime
MANIFESTS := $(addsuffix /pyproject.toml,$(MEMBERS))
POD_SOURCES := $(shell find $(POD_HALVES) -type f -not -path '*/node_modules/*' -not -path '*/lib/*' \
  -not -path '*/labextension/*' -not -path '*/__pycache__/*' -not -name '*.tsbuildinfo' 2>/dev/null)

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
  --no-header --no-annotate
NOT_OURS := $(foreach name,profiles hub toolkit storage catalogue cubes lifetime,--no-emit-package eohub-$(name))

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | sort | expand -t 18

up: build ## start EOHub on this machine and stay until Ctrl-C
	@$(BIN)/eohub up

down: ## stop EOHub, from any terminal
	@if [ -x $(BIN)/eohub ]; then $(BIN)/eohub down; else echo "EOHub was never started from here."; fi

build: .venv/.installed node_modules/.installed dist/.built ## install and build what a start needs

dist: dist/.built ## build the wheel of every distribution, Lab extensions inside
	@ls dist/*.whl

test: .venv/.development build system-packages ## install what the tests need, then run every stage
	@$(WITH_NODE) $(BIN)/python tests/stages.py

test-quick: .venv/.development ## the stages that start no server
	@$(WITH_NODE) $(BIN)/python tests/stages.py format lint types imports house unit contract

lint: .venv/.development node_modules/.installed ## format check, lint, types, imports
	@$(WITH_NODE) $(BIN)/python tests/stages.py format lint types imports

format: .venv/.development node_modules/.installed ## format and mend what can be mended
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
	@$(WITH_NODE) jlpm run format

generate: .venv/.development node_modules/.installed ## write the OpenAPI documents, their TypeScript types and the JSON Schemas of the policy, the rendered pods
	@$(BIN)/python tests/contract/openapi_documents.py
	@$(BIN)/python tests/contract/policy_schemas.py
	@PYTHONPATH=tests $(BIN)/python tests/contract/golden_pods.py
	@$(WITH_NODE) jlpm run generate

isolation: .venv/.development build ## try every cell of the isolation matrix and write the operator guide's tables from what was found
	@rm -rf artifacts/isolation
	@$(BIN)/python -m pytest -q tests/integration/test_isolation_matrix.py tests/integration/test_isolation_matrix_ordinary.py
	@PYTHONPATH=tests $(BIN)/python tests/contract/isolation_tables.py

compare: .venv/.development system-packages ## ask our STAC API, pgstac and brute force the same, and write the developers' tables
	@PYTHONPATH=tests $(BIN)/python -m integration.stac_compared

lock: .venv/.development ## resolve the lock files anew
	@rm -f requirements.lock requirements-dev.lock
	@$(COMPILE) $(NOT_OURS) --group dev -o requirements-dev.lock
	@$(COMPILE) $(NOT_OURS) --group runtime -c requirements-dev.lock -o requirements.lock
	@for lock in $(wildcard kernels/*/requirements.in); do \
	  $(COMPILE) $$lock -o $${lock%.in}.lock || exit 1; done
	@$(WITH_NODE) jlpm install

bench: .venv/.development build ## measure start, memory, first cell, search, the catalogue panel, storage, cubes, a crowded hub and our rules
	@for bench in catalogue_search panel memory first_cell start storage hub_scale policy cube_open cube_read estimate preview; do $(BIN)/python tests/bench/$$bench.py || exit 1; done

docs: .venv/.development ## build the documentation into docs/_build
	@$(BIN)/sphinx-build --quiet -W -b html docs docs/_build/html && echo "docs/_build/html/index.html"

clean: ## remove what was installed and built; the state folder .eohub stays
	@rm -rf .venv node_modules dist artifacts docs/_build extensions/*/lab/lib extensions/*/eohub_*/labextension \
	  .pytest_cache .ruff_cache .hypothesis && find . -name '*.tsbuildinfo' -not -path './.git/*' -delete

system-packages:
	@for tool in chromium bwrap fusermount3 pasta; do command -v $$tool >/dev/null || missing=yes; done; \
	ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || missing=yes; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends \
	      chromium bubblewrap fuse3 passt fonts-dejavu-core postgresql postgresql-postgis >/dev/null; \
	  else echo "Some tests cannot run: install chromium, bubblewrap, fuse3, passt, and PostgreSQL with PostGIS."; fi; fi

# uv where there is one; otherwise a Python from 3.12 on brings its own.
.venv/.python:
	@if command -v uv >/dev/null; then \
	  uv venv --quiet --allow-existing --seed .venv; \
	else \
	  for python in python3.12 python3.13 python3 none; do \
	    $$python -c 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 14))' 2>/dev/null && break; done; \
	  if [ $$python = none ]; then \
	    echo "EOHub needs Python 3.12 or 3.13, or uv, and found neither. Install one of them."; exit 1; fi; \
	  $$python -m venv .venv; fi
	@touch $@

.venv/.installed: .venv/.python requirements.lock $(MANIFESTS)
	@echo "Installing the hub's environment"
	@awk '/^uv==/ {on=1} on {print} on && !/\\$$/ {exit}' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -p .venv -r requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation -p .venv $(addprefix -e ,$(MEMBERS))
	@touch $@

.venv/.development: .venv/.installed requirements-dev.lock
	@echo "Installing the tools for tests"
	@$(UV) pip install --quiet --require-hashes -p .venv -r requirements-dev.lock
	@touch $@

node_modules/.installed: .venv/.installed package.json yarn.lock $(wildcard extensions/*/lab/package.json) hub_config/identity/package.json
	@echo "Installing JavaScript packages"
	@$(WITH_NODE) jlpm install --immutable >.venv/jlpm.log 2>&1 || { cat .venv/jlpm.log; exit 1; }
	@touch $@

dist/.built: .venv/.installed node_modules/.installed $(POD_SOURCES)
	@echo "Building the Lab extensions and wheels"
	@$(WITH_NODE) jlpm run build >.venv/build.log 2>&1 || { cat .venv/build.log; exit 1; }
	@rm -rf dist
	@for member in $(MEMBERS); do \
	  $(UV) build --quiet --wheel --no-build-isolation -p .venv -o dist $$member || exit 1; done
	@touch $@
