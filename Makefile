# Every target that needs the environment installs it first.
VENV := $(or $(NEWSDESK_VENV),.venv)
BIN := $(VENV)/bin
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
# The scripts of benchmarks/reliability/; each prints its results and then a summary.
FAULTS = kills steps root_flips more bit_flips pushes serving together resources \
    sixty_days rows poison fuzz data_gate candidates

.PHONY: help install weights run test test-current bench faults image image-offline kfp-e2e \
    check format docs manifests clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile
	@echo 'FAULTS: $(FAULTS)'

install: ## install the locked environment into .venv, unless it is up to date
	@scripts/install

weights: install ## download a small pretrained BERT into weights/ for the tests
	@$(BIN)/python scripts/weights.py

run: install ## run the pipeline on the bundled sample; ARGS=... adds options
	@$(BIN)/newsdesk run pipeline/configs/sample.toml \
	    --set output.root=runs/sample $(ARGS)

test: install ## run the tests that need neither GPU nor network; ARGS=... adds options
	@$(BIN)/pytest -m "not gpu and not network" $(ARGS)

test-current: ## run the tests on the current lane, in a Debian 13 root; needs root
	@scripts/in-debian13 make test

bench: install weights ## measure speed in 15 minutes; DATA=DIR has your rows, ARGS=... names parts
	@$(BIN)/python -m benchmarks.all $(if $(DATA),--data "$(DATA)") $(ARGS)

faults: install ## run the fault scripts, which takes hours; FAULTS=NAME... selects some
	@failed=; for name in $(FAULTS); do \
	    echo "$$name: python -m benchmarks.reliability.$$name $(ARGS)"; began=$$(date +%s); \
	    $(BIN)/python -m benchmarks.reliability.$$name $(ARGS) || failed="$$failed $$name"; \
	    echo "$$name: $$(($$(date +%s) - began)) s"; \
	done; if [ "$$failed" ]; then echo "faults: failed:$$failed" >&2; exit 1; fi

image: ## build the image of the nodes with docker, podman or buildah
	@scripts/image $(ARGS)

image-offline: ## build the image from Debian's packages, without a registry; needs root
	@scripts/image --offline $(ARGS)

kfp-e2e: install ## run the compiled sample in containers of the image; needs root
	@scripts/kfp-e2e $(BIN)/python $(ARGS)

check: install ## check style, formatting and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

format: install ## format the code and fix what ruff can fix
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: install ## write generated pages anew, and build the documentation site into site/
	@PYTHONPATH=scripts $(BIN)/python -m pages
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict $(ARGS)

manifests: install ## build the manifests for a cluster and check them against schemas
	@$(BIN)/python scripts/manifests.py

clean: ## remove everything installed or cached; keeps runs
	rm -rf .venv .uv .tools .current .image site newsdesk.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache
	find . -type d -name __pycache__ -prune -exec rm -rf {} +
