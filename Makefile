# duban: the commands of the house. `make` alone lists them.
#
#   make run NOTICE=path MONTH=2022-06 OUT=dir      the main job; all three are optional
#
# A fresh machine needs python3 (3.11 or later) and make. Everything is installed into .venv, each file checked
# against the hashes in requirements.lock; nothing is written outside this folder but Debian packages, and those
# only for root (python3-venv where Python came without it, fonts-noto-cjk where no Chinese typeface is found).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
LOCALE := models/locale
# the tests that count: each says its figures
PROOFS := tests/faults tests/fuzz tests/mutants tests/simulation tests/integration tests/acceptance/test_every_refusal.py
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

export NOTICE MONTH OUT
# hundreds of processes start in a test run: what is compiled once is kept
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore

# $(call install,LOCK,LOG): names each package as it comes. On failure the last lines without any address, because
# a mirror's address may hold a password.
define install
if ! $(BIN)/python -m pip install --progress-bar off --require-hashes -r $(1) 2>&1 | tee $(2) \
	| sed -nuE 's/^Collecting ([^ ]+).*/  \1/p'; then \
	tail -n 5 $(2) | sed -E 's#[a-z+]+://[^ ]*#(address)#g' >&2; \
	echo "duban: installing from $(1) failed; the whole log is $(2)" >&2; exit 1; fi
endef

.PHONY: help setup setup-dev fonts run test tests soak reliability simulate check lint docs papers screens bench bench-desk bench-scale messages
.PHONY: lock clean cluster-test

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv with duban in it (.venv/bin/duban)
	@:

setup-dev: $(READY_DEV)
	@:

$(VENV)/pyvenv.cfg:
	@if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "duban: needs Python 3.11 or later as $(PYTHON); name another one with make PYTHON=..." >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "duban: this Python has no venv; installing the Debian package python3-venv"; \
			export DEBIAN_FRONTEND=noninteractive; \
			apt-get install -y -qq python3-venv >/dev/null 2>&1 \
				|| { apt-get update -qq >/dev/null 2>&1; apt-get install -y -qq python3-venv >/dev/null 2>&1; } \
				|| { echo "duban: apt-get could not install python3-venv" >&2; exit 1; }; \
		else echo "duban: this Python has no venv; as root: apt-get install python3-venv" >&2; exit 1; fi; fi
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)

$(READY): requirements.lock pyproject.toml $(VENV)/pyvenv.cfg
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); } # cut short before
	@echo "duban: installing into $(VENV) (the first time takes about a minute)"
	@$(call install,requirements.lock,$(VENV)/setup.log)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@
	@echo "duban: ready, the program is $(BIN)/duban"

$(READY_DEV): requirements-dev.lock $(READY)
	@echo "duban: installing the tools for checking"
	@$(call install,requirements-dev.lock,$(VENV)/setup-dev.log)
	@touch $@

fonts: ## a Chinese typeface for the PDFs, where this machine has none (root only; never fails)
	@if find /usr/share/fonts /usr/local/share/fonts "$${HOME:-/nonexistent}/.fonts" \
		"$${HOME:-/nonexistent}/.local/share/fonts" -iname '*cjk*.[ot]t[cf]' 2>/dev/null | grep -q . \
		|| { command -v fc-list >/dev/null && fc-list :lang=zh file 2>/dev/null | grep -q .; }; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "duban: no Chinese typeface here; installing the Debian package fonts-noto-cjk"; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get install -y -qq --no-install-recommends fonts-noto-cjk >/dev/null 2>&1 \
			|| { apt-get update -qq >/dev/null 2>&1; \
				apt-get install -y -qq --no-install-recommends fonts-noto-cjk >/dev/null 2>&1; } \
			|| echo "duban: that failed; PDFs are left out until a Chinese typeface is installed"; \
	else echo "duban: no Chinese typeface, so no PDF; as root: apt-get install fonts-noto-cjk"; fi

run: setup fonts ## the main job, from a notice to the month's summary (NOTICE=path MONTH=2022-06 OUT=dir)
	@$(BIN)/duban rehearse $${NOTICE:+--notice "$$NOTICE"} $${MONTH:+--month "$$MONTH"} $${OUT:+--out "$$OUT"}

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: setup-dev fonts ## style, types, layers and tests (what CI runs); the checks run beside the tests
	@$(MAKE) -j2 lint tests

tests: setup-dev fonts
	@$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not long and not cluster"

soak: setup-dev fonts lint ## the same with the long tests
	@$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not cluster"

cluster-test: setup-dev ## failover: three PostgreSQL under Patroni, killed, cut off, coming back (root, Debian)
	@.ci/cluster

reliability: setup-dev fonts ## the full run behind docs/reliability.md: kills, power cuts, years, planted faults, cells; writes its figures there (SHORT=1: what make test runs of it)
	@$(BIN)/pytest -n $(JOBS) --dist worksteal -o junit_family=xunit1 --junitxml=$(VENV)/reliability.xml \
		$(if $(SHORT),-m "not long") $(PROOFS)
	@$(BIN)/python docs/figures.py $(VENV)/reliability.xml $(if $(SHORT),short)

simulate: setup ## forty years of a city with faults (YEARS=40 SEED=1)
	@$(BIN)/duban simulate --years $(or $(YEARS),40) --seed $(or $(SEED),1) --jobs $(JOBS)

check: test ## the same as make test

docs: setup-dev ## write the generated pages anew (command reference, state table), and the tables that statements use
	@$(BIN)/python -m models.rows.written
	@$(BIN)/python docs/generate.py

papers: setup-dev ## draw the papers for the guides anew (their look depends on the typefaces of the machine)
	@$(BIN)/python docs/examples.py

screens: setup-dev ## take the pictures of the desk for the guides anew (needs Debian's chromium)
	@$(BIN)/python docs/screens.py

bench: setup-dev ## measure speed against the goals of docs/performance.md (SHORT=1: in seconds; PART=steps: one part)
	@$(BIN)/python -m bench $(if $(SHORT),short) $(PART)

bench-scale: setup-dev ## many offices in one PostgreSQL (DUBAN_TEST_POSTGRES names it; OFFICES=40); writes docs/scale.md
	@$(BIN)/python -m bench.scale

bench-desk: setup-dev ## 200 clerks file at once, beside the bare web framework
	@$(BIN)/python -m bench.desk.load

messages: setup-dev ## collect the sentences into the catalogues and compile them
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F babel.cfg -k _ -k N_ --add-location=file --sort-output --no-wrap --project=duban \
		-o build/duban.pot .
	@for l in zh_CN en; do \
		po=$(LOCALE)/$$l/LC_MESSAGES/duban.po; \
		if [ -e $$po ]; then $(BIN)/pybabel -q update -D duban -i build/duban.pot -d $(LOCALE) -l $$l \
			--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap; \
		else $(BIN)/pybabel -q init -D duban -i build/duban.pot -d $(LOCALE) -l $$l --no-wrap; \
			sed -i -E '/^# (Copyright|This file is|FIRST AUTHOR)/d; /^"(Report-Msgid|Last-Translator|Language-Team)/d; s/duban VERSION/duban/' $$po; fi; \
		$(BIN)/pybabel compile -D duban -d $(LOCALE) -l $$l --statistics 2>&1 | grep translated; \
	done
	@$(BIN)/pybabel -q compile -D click -d $(LOCALE) -l zh_CN # click's own words, written by hand

lock: ## pin every package with its hashes anew (UPGRADE=1 takes the newest)
	@test -x $(BIN)/uv || $(MAKE) setup-dev
	@$(COMPILE) pyproject.toml --extra build --extra postgres --extra cluster -o requirements.lock
	@$(COMPILE) pyproject.toml --extra build --extra postgres --extra cluster --extra dev -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) deploy/patroni/requirements.in -o deploy/patroni/requirements.txt

clean: ## remove what was made here: .venv, caches, out/
	@rm -rf $(VENV) build dist out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
