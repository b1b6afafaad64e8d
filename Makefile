# Every chore is one command. `make run` and `make test` install all they need.
PORT ?= 8501
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Node comes with the other tools; the machine needs none of its own.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

.PHONY: run test test-fast check scripts audit lock licences mutants tensorboard bench bench-recipes browser \
	translations pictures format changelog model clean

run: $(VENV)/.app  ## start the app and print its address
	@$(BIN)/python -m cnn check --port $(PORT)
	$(BIN)/streamlit run app.py --server.port $(PORT)

# Two cores keep three testers busy: much of what they do is wait for processes.
test: check browser  ## lint, types, units, pages, journeys in a real browser
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/.dev  ## the tests that start no process, browser or Keras, as tests/conftest.py tells by their imports
	$(BIN)/python -m pytest --fast -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev scripts  ## linter, formatter, types, direction of the imports, the scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

scripts: node_modules/.package-lock.json  ## the components' JavaScript: layout, linter, types, units
	$(NPM) run --silent check

audit: $(VENV)/.dev  ## known vulnerabilities of the locked versions, as PyPI tells them; needs the network
	@$(BIN)/python -m tests.audit

lock: $(VENV)/.dev  ## constraints.txt anew, from the ranges in requirements*.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate \
		--custom-compile-command "make lock" requirements-dev.txt --output-file constraints.txt

mutants: $(VENV)/.dev  ## the share of small faults that the quick tests notice; SAMPLE=300 tries so many, not all
	$(BIN)/python -m tests.mutants $(SAMPLE)

licences: $(VENV)/.dev  ## LICENSES.md anew: what the app is installed with, and under which licence
	{ echo "# Licences of what the app is installed with"; echo; \
	  echo "On Linux x86-64, made by \`make licences\`. The app's own licence is in LICENSE."; echo; \
	  $(BIN)/pip-licenses --from=mixed --format=markdown --packages \
	    $$($(BIN)/uv pip compile --quiet --no-header --no-annotate -c constraints.txt requirements.txt | sed 's/=.*//'); \
	} > LICENSES.md

format: $(VENV)/.dev node_modules/.package-lock.json  ## lay the code out as `check` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NPM) run --silent format

changelog: $(VENV)/.dev  ## the fragments in changelog.d/ into CHANGELOG.md, under pyproject.toml's version and today's date
	$(BIN)/towncrier build --yes --version "$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)"

bench: browser  ## the figures of docs/figures.md
	$(BIN)/python -m benchmarks

bench-recipes: $(VENV)/.dev  ## every recipe, whole, beside its published figures; an hour or two
	$(BIN)/python -m benchmarks.published

model: $(VENV)/.dev  ## make the shipped model anew and report its figures
	$(BIN)/python -m cnn.network.shipped

tensorboard: $(VENV)/.app  ## the logs of all trainings, in TensorBoard
	$(BIN)/tensorboard --logdir $${CNN_LOGS_DIR:-logs}

translations: $(VENV)/.app  ## bring the catalogues up to the code's texts, and say how many wait
	$(BIN)/python -m cnn.catalogues

pictures: browser  ## the README's pictures of the pages, in both languages
	$(BIN)/python -m tests.browser.pictures

browser: $(VENV)/.dev  ## the browser of the journeys
	$(BIN)/python -m tests.browser.install

$(VENV)/.app: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed, but $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 run"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.app
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	touch $@

node_modules/.package-lock.json: package.json package-lock.json $(VENV)/.dev
	$(NPM) ci --silent --no-audit --no-fund
	touch $@

clean:  ## remove the environment and what its tools keep; data and models stay
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
