# make run     everything on this machine, until Ctrl-C (PORT=8000, DEMO=1)
# make test    the test suite (ARGS="-k words" to choose)
# make check   lint, types, import contract, deployment check, missing migrations, tests
# make bench   the figures, each beside its floor; also in var/bench.jsonl
# make chaos   kills processes and servers while events pour in, then counts
# make backup  a copy of database and files in a new folder, while everything runs (TO=folder)
# make restore back to such a copy, with everything stopped (FROM=folder, ARGS=--replace)
# make manage  a command of manage.py against the database of `make run` (ARGS=createsuperuser)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test check lint scripts-check deploy-check types bench chaos manage backup restore venv venv-dev clean-venv

# The first Python here that fits; when none does, bootstrap.py says so in a sentence.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c '$(FITS)' 2>/dev/null && echo "$$p" && exit; done; echo python3)
PY := .venv/bin/python
ARGS ?=

# Values a production server would have, none of them secret or real.
PRODUCTION = env DEBUG=0 HTTPS=1 SIMULATOR=0 ALLOWED_HOSTS=central.example \
	PUBLIC_URL=https://central.example \
	SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(60))')" \
	CREDENTIALS_KEYS="k1:$$($(PY) -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())')" \
	META_APP_SECRET=0123456789abcdef0123456789abcdef META_VERIFY_TOKEN=verify METRICS_TOKEN=metrics \
	DATABASE_URL=postgresql://central@127.0.0.1:1/central REDIS_URL=redis://127.0.0.1:1/0

help:
	@sed -n 's/^# make /make /p' Makefile

venv:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer (on Debian: apt install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) -I config/bootstrap.py requirements.lock

venv-dev:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer (on Debian: apt install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) -I config/bootstrap.py requirements-dev.lock

run: venv
	@exec $(PY) -m config.launcher

manage: venv
	@exec $(PY) -m config.launcher manage $(ARGS)

backup: venv
	@test -n "$(TO)" || { echo "Say where: make backup TO=/disk/copy-1" >&2; exit 1; }
	@exec $(PY) -m config.launcher manage backup "$(abspath $(TO))"

restore: venv
	@test -n "$(FROM)" || { echo "Say from where: make restore FROM=/disk/copy-1" >&2; exit 1; }
	@exec $(PY) -m config.launcher manage restore "$(abspath $(FROM))" $(ARGS)

# Every worker reads every file: what one run compiled, the next must find.
test: venv-dev
	env -u PYTHONDONTWRITEBYTECODE $(PY) -m pytest -n auto --maxprocesses 4 $(ARGS)

check: lint test

lint: types deploy-check scripts-check
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint templates --lint --quiet
	$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

# The page's scripts. Only this needs Node: nothing that runs does.
scripts-check: node_modules/.package-lock.json
	node_modules/.bin/biome ci --error-on-warnings

node_modules/.package-lock.json: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund

types: venv-dev
	$(PRODUCTION) $(PY) -m mypy .

deploy-check: venv-dev
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

bench: venv-dev
	$(PY) -m bench $(ARGS)

chaos: venv-dev
	CHAOS_MAILS=$${CHAOS_MAILS:-10000} CHAOS_KILLS=$${CHAOS_KILLS:-30} \
		$(PY) -m pytest -m chaos -p no:randomly -s $(ARGS)

clean-venv:
	rm -rf .venv
