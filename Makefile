# Builds its own environment in .venv/ once; every target works on a machine with Python 3.11+ and make only.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test check format lint types contracts screenshots bench soak clean
demo: $(VENV)
	@$(BIN)/runmon demo $(ARGS)

test: $(VENV)
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(ARGS)

format: $(VENV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: $(VENV)
	$(BIN)/python -m screenshots.take $(ARGS)

bench: $(VENV)
	$(BIN)/python -m benchmarks $(ARGS)

soak: $(VENV)
	$(BIN)/python -m tests.soak $(ARGS)

$(VENV): $(VENV)/.complete
$(VENV)/.complete: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "runmon needs Python 3.11 or newer: install it (Debian: apt install python3 python3-venv), or name yours: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "runmon needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1): name a newer one with make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "runmon needs Python's venv module: install it (Debian: apt install python3-venv)" >&2; exit 1; }
	@echo "building $(VENV) (once, about a minute)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,web]'
	@touch $@

clean:
	rm -rf $(VENV) dist build
