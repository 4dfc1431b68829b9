# One command each: run, demo, test, check, bench, accuracy.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
PIP := $(VENV)/bin/pip install --quiet --disable-pip-version-check
PORT ?= 8000
DATA_DIR ?= var
MODELS_DIR ?= $(DATA_DIR)/models
SUITE_DATABASE ?= postgres://postgres@127.0.0.1:5432/suite
export PORT DATA_DIR MODELS_DIR

.PHONY: run demo test quick test-scaled check sbom lock wheels bundle bench accuracy migrate seed messages clean install

run: $(VENV)/.run-ready
	@exec $(PY) manage.py up

demo: $(VENV)/.run-ready $(VENV)/.demo-ready
	@$(PY) scripts/demo.py

test: $(VENV)/.dev-ready
	@sh scripts/prepare_tests.sh
	$(PY) -m pytest -n 2 --dist loadscope $(PYTEST_ARGS)

# While one works: what starts no engine, browser, server or database server.
quick: $(VENV)/.dev-ready
	$(PY) -m pytest -n 2 --dist loadscope -m "not engine and not browser and not e2e and not scaled and not slow" $(PYTEST_ARGS)

# The same suite in scaled mode: on PostgreSQL, and every server of a test on Redis, RabbitMQ and workers of its own.
test-scaled: $(VENV)/.dev-ready
	@sh scripts/prepare_tests.sh
	TEST_BACKENDS=scaled DATABASE_URL=$(SUITE_DATABASE) $(PY) -m pytest -n 2 --dist loadscope $(PYTEST_ARGS)

check: $(VENV)/.dev-ready
	@sh scripts/lock.sh $(VENV)/bin/uv --check
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy config core iam billing monitoring ocr portal clients/cli/ocr_console_cli
	PYTHONPATH=.:clients/cli $(VENV)/bin/lint-imports
	$(PY) manage.py check
	$(PY) manage.py makemigrations --check --dry-run
	@$(PY) -m tools.audit
	@$(PY) -m tools.sbom

# What an installation consists of: packages, OCR weights, vendored scripts, with their hashes.
sbom: $(VENV)/.dev-ready
	@$(PY) -m tools.sbom dist/sbom.cdx.json

# Write requirements.txt and requirements/ from pyproject.toml; versions stay where they still fit.
lock: $(VENV)/.dev-ready
	@sh scripts/lock.sh $(VENV)/bin/uv

# The server's and the client's wheel; then one file that installs both, and all they need, without a network.
wheels: $(VENV)/.dev-ready
	@$(PY) -m build --wheel --no-isolation --outdir dist .
	@$(PY) -m build --wheel --no-isolation --outdir dist clients/cli

bundle: wheels
	@$(PY) -m config.commands bundle --wheels dist --out dist/ocr-console.pyz

bench: $(VENV)/.dev-ready
	$(PY) -m tools.bench

accuracy: $(VENV)/.dev-ready
	$(PY) -m tools.accuracy

migrate: $(VENV)/.run-ready
	$(PY) manage.py migrate

seed: $(VENV)/.run-ready
	$(PY) manage.py sync_catalog

# New texts come in empty or as guesses marked fuzzy: write the translation, take the mark away, run it again.
# Sorted, because the order in which files are found differs between checkouts.
messages: $(VENV)/.run-ready
	$(PY) manage.py makemessages --locale=ar --locale=zh_Hans --no-location --no-wrap --no-obsolete --ignore=$(VENV) --ignore=tests
	for file in locale/*/LC_MESSAGES/django.po; do msgcat --sort-output --no-wrap --output-file=$$file $$file; done
	$(PY) manage.py compilemessages --ignore=$(VENV)

install: $(VENV)/.run-ready

$(VENV)/.run-ready: requirements.txt
	@echo "Installing OCR Console into $(VENV) (once, about two minutes) ..."
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements.txt
	@$(PY) -m ocr.vision.opencv_build --lock requirements.txt
	@sh scripts/language_packs.sh $(PY)
	@$(PY) -m ocr.vision.model_files --dir $(MODELS_DIR)
	@touch $@

$(VENV)/.demo-ready: $(VENV)/.run-ready requirements/demo.txt
	@$(PIP) -r requirements/demo.txt
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements/dev.txt
	@$(PIP) -r requirements/dev.txt
	@$(PY) -m ocr.vision.opencv_build --lock requirements/dev.txt
	@touch $@
