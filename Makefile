# make demo   runs the main job on a small clip       (VIDEO=path: on yours)
# make test   runs the tests
# make study-small, make study   train and compare all detectors (STUDY_DATA=folder with a manifest.csv)
# All make .venv and install what they need; a second call re-uses it.

PYTHON ?= python3
VENV   ?= .venv
OUT    ?= demo-out
PYTEST ?= $(VENV)/bin/python -m pytest
DEMO_ARGS ?=
STUDY_OUT ?= study-out
STUDY_DATA ?= ../shared/data

.PHONY: install demo test test-slow test-full test-temporal lint docs study study-small clean

install: $(VENV)/.installed

$(VENV)/.installed: setup.cfg pyproject.toml
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --upgrade pip 'setuptools>=77' wheel
	$(VENV)/bin/python -m pip install --quiet --editable '.[dev]'
	touch $@

# torch-scatter and torch-sparse exist as source only and compile against the installed torch:
# about twelve minutes on two cores the first time, seconds from pip's cache afterwards.
$(VENV)/.temporal: $(VENV)/.installed
	$(VENV)/bin/python -m pip install --quiet --no-build-isolation torch-scatter torch-sparse
	$(VENV)/bin/python -m pip install --quiet --no-build-isolation --editable '.[temporal]'
	touch $@

demo: install
	$(VENV)/bin/graphforensics demo $(if $(VIDEO),'$(VIDEO)') --out $(OUT) $(DEMO_ARGS)

# A process a core; small tensors gain nothing from more threads.
test: install
	OMP_NUM_THREADS=1 $(PYTEST) -n auto --dist loadfile -m "not temporal and not slow"

test-slow: install
	OMP_NUM_THREADS=1 $(PYTEST) -n auto --dist loadfile -m "slow and not temporal"

test-full: test test-slow

test-temporal: $(VENV)/.temporal
	$(PYTEST) -m temporal

lint: install
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

docs: install
	$(VENV)/bin/python -m pip install --quiet --editable '.[docs]'
	$(VENV)/bin/python -m sphinx --fail-on-warning --keep-going --quiet docs docs/_build/html

# All detectors on the same people, steps and forgeries; a killed study goes on when called again.
study-small: install
	$(VENV)/bin/python benchmarks/study --config benchmarks/study/small.yaml --data $(STUDY_DATA) --out $(STUDY_OUT)/small

study: install
	$(VENV)/bin/python benchmarks/study --config benchmarks/study/full.yaml --data $(STUDY_DATA) --out $(STUDY_OUT)/full

clean:
	rm -rf $(VENV) $(OUT) build *.egg-info
