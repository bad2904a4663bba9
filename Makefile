# Everything happens in .venv; no step needs root, a system package or a browser.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

# Some machines keep Python from caching what it compiled; every process would compile all libraries again.
unexport PYTHONDONTWRITEBYTECODE

# Processes share the cores among them, see ONE_THREAD in industry_report/processes/forking.py.
export OPENBLAS_NUM_THREADS ?= 1

AXE := .build/axe-core/axe.min.js
AXE_VERSION := 4.14.1

.PHONY: reports states test long fuzz sentences attack matrix second browser-test lab bench lint constraints clean

reports: $(READY)
	$(BIN)/industry-report sample data/sample
	$(BIN)/industry-report build params/annual.yaml

test: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal --durations 10

# Every kind of data through every notebook, 100,000 rows: what `make test` does in part.
long: $(READY)
	LONG=1 $(BIN)/pytest -n 2 --dist worksteal -m long

# The long part of tests/fuzz: 10,000 messy, 2,000 damaged and 5,000 settings files, then an hour of killed processes;
# docs/reliability.md has the last counts.
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz.files
	$(BIN)/python -m tests.fuzz.killed_processes --seconds 3600

# Every Python that is here, lowest and newest versions; then what has wheels for which system.
matrix: $(READY)
	$(BIN)/python tests/matrix.py
	$(BIN)/python tests/wheels.py

# The part of it that is fast, on one further Python, if there is one.
second: $(READY)
	$(BIN)/python tests/matrix.py --fast

# Two hundred generated slices, all editions together: an hour; `make test` attacks some dozens.
attack: $(READY)
	$(BIN)/python tests/protection/attack_slices.py
	ATTACK_WORLDS=all $(BIN)/pytest tests/protection/test_attack.py -k which_outcomes

# Ten thousand sets of random tables through every sentence, and how often claims are false; `make test` draws 300.
sentences: $(READY)
	SENTENCE_CASES=10000 $(BIN)/pytest tests/report/sentences/test_sentence_rules.py tests/report/sentences/test_false_claims.py \
		tests/analysis/trade/test_trade_discovery.py -n 2

# Needs a Chromium and npm, which brings axe-core; everything else is set up here.
browser-test: reports states $(AXE)
	$(BIN)/pytest tests/browser -n 2 --dist worksteal

# What a new shelf has none of: a draft, a correction with what it replaced, a report that could not be made.
# Corrected by so many rows that no count of few follows from both versions: else the first would be withdrawn.
# Beside no notebooks but those of this project: it is found from the folder of the parameter file upwards.
BUILD_STATES := $(BIN)/industry-report build .build/browser/states.yaml --output .build/browser/states

states: $(READY)
	rm -rf .build/browser
	mkdir -p .build/browser
	cp tests/browser/states.yaml .build/browser/
	$(BIN)/industry-report sample .build/browser/data
	$(BIN)/industry-report sample .build/browser/corrected --seed 7 --rows 20000
	$(BUILD_STATES) --data .build/browser/data --only college --draft
	$(BUILD_STATES) --data .build/browser/data --only industry
	$(BUILD_STATES) --data .build/browser/corrected --only industry
	! $(BUILD_STATES) --data .build/browser/data --only comparison --time-limit 0.01

$(AXE):
	mkdir -p $(@D)
	cd $(@D) && npm pack --silent axe-core@$(AXE_VERSION) && tar -xzf axe-core-*.tgz --strip-components=1

lab: $(READY)
	$(BIN)/jupyter lab notebooks

bench: $(READY)
	$(BIN)/python benchmarks/scoring.py
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/tables.py
	$(BIN)/python benchmarks/disclosure.py
	$(BIN)/python benchmarks/render.py
	$(BIN)/python benchmarks/building.py
	$(BIN)/python benchmarks/scale.py jobs
	$(BIN)/python benchmarks/scale.py slice

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The versions are pinned with their hashes; no address is written, so any mirror serves.
$(READY): pyproject.toml constraints.txt set_up.py
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "industry-report needs Python 3.11 or later, this is " + sys.version'
	$(PYTHON) -m venv .venv
	$(BIN)/python set_up.py
	touch $(READY)

# One version of each library for all Pythons, wherever there is one (fewest forks).
constraints: $(READY)
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --fork-strategy fewest \
		--upgrade --generate-hashes --no-annotate --no-header --quiet -o constraints.txt

clean:
	rm -rf .venv data/sample build *.egg-info
