# Two commands set everything up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3.11
UV := .venv/bin/uv
RUN := $(UV) run --no-sync

.PHONY: help run sample ui test check format lint floors types bench docs clean

help:            ## this list
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/ready: pyproject.toml uv.lock
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	$(UV) sync --quiet --frozen --all-extras
	touch $@

ui: .venv/ready  ## build the pages, if their sources have changed
	$(RUN) python ui/build.py

run: ui          ## a server that watches and a small simulated city beside it; says what it sees; Ctrl-C stops
	$(RUN) sentio demo

sample: .venv/ready ## make a sample of real wire formats, ingest it, write the report and open it
	$(RUN) sentio sample sentio-data/sample
	$(RUN) sentio ingest sentio-data/sample --source sample
	$(RUN) sentio report --out sentio-data/report.html --open

test: ui         ## everything that must hold: style, types, floors, tests
	$(MAKE) --no-print-directory check
	$(RUN) pytest -n 2

check: .venv/ready lint floors types ## what is quick: style, floors, types

format: .venv/ready ## put the code into its form
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

lint: .venv/ready
	$(RUN) ruff format --check .
	$(RUN) ruff check .

floors: .venv/ready
	$(RUN) lint-imports

types: .venv/ready
	$(RUN) pyright

bench: .venv/ready ## run the benchmarks; results with machine, date and commit
	$(RUN) python benchmarks/all.py

docs: .venv/ready ## make the reference from the code, then build the pages
	$(RUN) python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(RUN) mkdocs build --strict

clean:           ## remove what the project has made
	rm -rf .venv sentio-data site .pytest_cache .ruff_cache .hypothesis
