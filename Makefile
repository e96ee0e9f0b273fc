# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

SHELL := bash
.DEFAULT_GOAL := help
BIN := .venv/bin
LAB = $(BIN)/python tests/lab up inventories/lab/lab.yml --inventory inventories/lab/hosts.yml --state build/lab --journal build/lab

.PHONY: help setup demo lab test soak bench build docs format clean

help: ## list the targets
	@awk -F ': .*## ' '/^[a-z]+: .*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv from requirements/ and show the checkout to Ansible as mspplus.netsec
	@tools/setup.sh

demo: setup ## the lab, site.yml in check mode, for real and once more, a table of all mirrors
	@tools/demo.sh

lab: setup ## keep the lab of inventories/lab running for experiments, until Ctrl-C
	@echo "its inventory is inventories/lab/hosts.yml: in another shell try .venv/bin/ansible-playbook playbooks/site.yml --check"
	@exec $(LAB)

test: setup ## every check, in under 20 minutes on 2 cores; ONLY=name for those whose name starts so
	@$(BIN)/python tools/checks.py $(ONLY)

soak: setup ## the full fault matrix and the long properties; takes long
	@$(BIN)/python -m pytest -m "soak or not soak" --hypothesis-profile=soak -n 6 --dist worksteal tests/unit tests/integration

bench: setup ## who is faster, measured in one run; ONLY=name for one
	@tools/setup.sh bench
	@.venv-bench/bin/python tests/bench/run.py $(ONLY)

build: setup ## the collection's artefact, in build/
	@$(BIN)/ansible-galaxy collection build --force --output-path build

docs: setup ## the site with guides and module reference, in build/docs/html
	@tools/docs.sh

format: setup ## rewrite Python as `make test` wants it
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## remove all that these targets made, environments included
	@rm -rf build collections .venv .venv-* .nox .ansible .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache tests/output
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
