# `make quickstart` and `make test` set everything up by themselves.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: quickstart test test-all lint docs constraints clean

quickstart: $(VENV)/installed  ## on drawn faces: train a small prior, and a GPEN that restores with it; export it
	$(BIN)/gpen train experiment=prior_quickstart run_dir=runs/prior_quickstart resume=true
	$(BIN)/gpen train experiment=quickstart init_from=runs/prior_quickstart run_dir=runs/quickstart resume=true

test: $(VENV)/installed  ## all tests but the slow ones
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m "not slow"

test-all: $(VENV)/installed  ## the slow ones too: full-size models, long runs
	$(BIN)/python -m pytest

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy gpen_train

docs: $(VENV)/docs  ## the site, in build/site; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# uv installs in a tenth of pip's time; the constraints are the versions that were tested together.
$(VENV)/installed: pyproject.toml constraints.txt
	@echo "installing packages into $(VENV): some minutes"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint constraints.txt --editable ".[dev]"
	touch $@

$(VENV)/docs: $(VENV)/installed
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable ".[docs]"
	touch $@

constraints: $(VENV)/installed  ## pin the newest versions that fit together, for every supported Python
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra docs --universal --python-version 3.10 --upgrade \
		--no-header --no-annotate --no-emit-index-url --output-file constraints.txt

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
