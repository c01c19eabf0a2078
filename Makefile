# Everything starts here. What a machine needs: Python 3.10 or newer, git and make.
# Environments, the built wheel and the stamps that make a second run quick lie in .make/.

.DEFAULT_GOAL := help
SHELL := /bin/sh

CACHE   := .make
DEMO    := $(CACHE)/demo
TEST    := $(CACHE)/test
DEV     := $(CACHE)/dev
BINDER  := $(CACHE)/binder
BENCH   := $(CACHE)/bench
PYTHON  ?= $(shell .ci/find-python)
WHEEL    = $(wildcard $(CACHE)/wheel/*.whl)

# What the wheel is made of: a change in any of these builds it again.
SOURCES := $(wildcard $(shell git ls-files -co --exclude-standard -- \
	sm_onboard labextension jupyter-config pyproject.toml README.md LICENSE))

# Nothing of the person's own Python or pip settings that changes what is installed where.
unexport PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_USER
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore

# $(1): the environment. $(2): its Python. Empty, so that nothing old is in it.
define new_environment
	@test -n "$(2)"
	@mkdir -p $(CACHE)
	@rm -rf $(1)
	@$(2) -m venv $(1)
endef

# $(1): the environment. $(2): extras and more packages. The wheel itself once more: its version
# may be the one that is there already.
define install_wheel
	@$(1)/bin/python -m pip install -qq "$(WHEEL)"$(2)
	@$(1)/bin/python -m pip install -qq --force-reinstall --no-deps "$(WHEEL)"
endef

comma := ,
PYTEST = PATH="$(abspath $(TEST))/bin:$$PATH" $(TEST)/bin/pytest
JOBS    ?= 2
EVERYDAY = not long and not labs and not binder

## demo: JupyterLab of a new member of a sample team, all on this machine
.PHONY: demo
demo: $(DEMO)/.stamp
	@exec $(DEMO)/bin/sm-onboard demo $(DEMO_OPTIONS)

## test: Python and TypeScript tests, type checks, browser stories
.PHONY: test
test: types $(CACHE)/chromium
	@echo "Running the tests."
	@CHROMIUM="$$(cat $(CACHE)/chromium)" $(PYTEST) -q -n $(JOBS) --dist loadfile \
		-m "$(EVERYDAY)" $(PYTEST_OPTIONS)

## test-long: what takes long: torture runs, and what test-binder does
.PHONY: test-long
test-long: $(TEST)/.stamp $(BINDER)/.stamp $(CACHE)/chromium
	@CHROMIUM="$$(cat $(CACHE)/chromium)" SMO_REPO2DOCKER="$(abspath $(BINDER))/bin/python" \
		$(PYTEST) -q --timeout=0 -m "long or binder" $(PYTEST_OPTIONS)

## test-binder: does what BinderHub does with this repository, and looks at the result
.PHONY: test-binder
test-binder: $(TEST)/.stamp $(BINDER)/.stamp $(CACHE)/chromium
	@CHROMIUM="$$(cat $(CACHE)/chromium)" SMO_REPO2DOCKER="$(abspath $(BINDER))/bin/python" \
		$(PYTEST) -q -m binder tests/binder $(PYTEST_OPTIONS)

## test-labs: the built wheel and its browser stories in the JupyterLabs of Studio and the newest
LABS = 4.4.10 4.5.10 newest
.PHONY: test-labs $(LABS:%=test-lab-%)
test-labs: $(LABS:%=test-lab-%)
	@echo "The browser stories passed in JupyterLab $(LABS)."

$(LABS:%=test-lab-%): test-lab-%: $(CACHE)/lab-%/.stamp $(TEST)/.stamp $(CACHE)/chromium
	@echo "JupyterLab $$($(CACHE)/lab-$*/bin/jupyter lab --version)," \
		"$$($(CACHE)/lab-$*/bin/python --version):"
	@CHROMIUM="$$(cat $(CACHE)/chromium)" SMO_E2E_BASE_URL=/jupyterlab/default \
		SMO_E2E_PYTHON="$(abspath $(CACHE)/lab-$*)/bin/python" \
		$(PYTEST) -q -n $(JOBS) --dist loadfile -m "not long and not binder" tests/e2e $(PYTEST_OPTIONS)

## test-botocore: the tests of the local SageMaker and the domain with the boto3 of Studio's images and the newest
BOTO3S = 1.34.162 1.37.3 1.40.70 newest
.PHONY: test-botocore $(BOTO3S:%=test-boto3-%)
test-botocore: $(BOTO3S:%=test-boto3-%)
	@echo "The tests of the local SageMaker and the domain passed with boto3 $(BOTO3S)."

$(BOTO3S:%=test-boto3-%): test-boto3-%: $(CACHE)/boto3-%/.stamp
	@$(CACHE)/boto3-$*/bin/python -c \
		"import boto3, botocore; print('boto3', boto3.__version__, 'botocore', botocore.__version__)"
	@PATH="$(abspath $(CACHE))/boto3-$*/bin:$$PATH" $(CACHE)/boto3-$*/bin/pytest \
		-q -n $(JOBS) --dist loadfile -m "$(EVERYDAY)" tests/demo/sagemaker tests/domain $(PYTEST_OPTIONS)

$(CACHE)/boto3-%/.stamp: $(CACHE)/wheel.stamp
	@echo "Making an environment with boto3 $*."
	$(call new_environment,$(CACHE)/boto3-$*,$(PYTHON))
	$(call install_wheel,$(CACHE)/boto3-$*,[test] $(if $(filter newest,$*),boto3,boto3==$*))
	@touch $@

# The versions that Studio's images have, and the newest of everything.
LAB_PYTHON_4.4.10 := 3.12
LAB_PYTHON_4.5.10 := 3.12
LAB_PYTHON_newest := 3.13
LAB_PACKAGES_4.4.10 := jupyterlab==4.4.10
LAB_PACKAGES_4.5.10 := jupyterlab==4.5.10 "jupyter_server>=2.20,<2.21"
LAB_PACKAGES_newest := jupyterlab

$(CACHE)/lab-%/.stamp: $(CACHE)/wheel.stamp
	@echo "Making an environment with JupyterLab $*."
	$(call new_environment,$(CACHE)/lab-$*,$$(.ci/find-python $(LAB_PYTHON_$*)))
	$(call install_wheel,$(CACHE)/lab-$*,[demo] $(LAB_PACKAGES_$*))
	@touch $@

## check: lint, formatting and types of everything
.PHONY: check
check: types $(CACHE)/node_modules.stamp
	@$(TEST)/bin/ruff check
	@$(TEST)/bin/ruff format --check
	@$(TEST)/bin/shellcheck docs/lifecycle/*.sh .ci/find-* binder/postBuild binder/start .ci/run
	@cd labextension && PATH="$(abspath $(TEST))/bin:$$PATH" jlpm lint:check
	@echo "Nothing to complain about."

.PHONY: types
types: $(TEST)/.stamp
	@echo "Checking types."
	@$(TEST)/bin/mypy

## dev: the demo from this folder's files, built again at every change
.PHONY: dev
dev: $(DEV)/.stamp
	@exec $(DEV)/bin/python .ci/dev "$(abspath $(CACHE))/dev-home"

## bench: this project beside its peers, in one run
.PHONY: bench
bench: $(BENCH)/.stamp bench-experiments
	@PATH="$(abspath $(BENCH))/bin:$$PATH" $(BENCH)/bin/python -m bench $(BENCH_OPTIONS)

## bench-experiments: 10,000 runs in a file and of a server on PostgreSQL, beside mlflow itself
.PHONY: bench-experiments
bench-experiments: $(TEST)/.stamp $(CACHE)/chromium
	@CHROMIUM="$$(cat $(CACHE)/chromium)" $(TEST)/bin/python -m bench.experiments_table
	@$(TEST)/bin/python -m bench.experiments_server

## bench-sagemaker: the local SageMaker beside stock moto, in one run
.PHONY: bench-sagemaker
bench-sagemaker: $(BENCH)/.stamp
	@$(BENCH)/bin/python -m bench.sagemaker $(BENCH_OPTIONS)

## clean: removes all that was made, here and nowhere else
.PHONY: clean
clean:
	rm -rf $(CACHE) sm_onboard/labextension labextension/lib labextension/node_modules labextension/.yarn \
		labextension/*.tsbuildinfo tests/e2e/failures dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help
help:
	@sed -n 's/^## /make /p' Makefile | awk '{ colon = index($$0, ":"); \
		printf "%-18s %s\n", substr($$0, 1, colon - 1), substr($$0, colon + 2) }'

# The wheel. Assets that an earlier build left would be taken as they are: away with them.
$(CACHE)/wheel.stamp: $(SOURCES) $(CACHE)/build/.made
	@echo "Building the wheel (a minute or two the first time)."
	@rm -rf $(CACHE)/wheel sm_onboard/labextension labextension/lib labextension/*.tsbuildinfo
	@$(CACHE)/build/bin/python -m pip wheel -qq --no-deps --wheel-dir $(CACHE)/wheel .
	@touch $@

$(CACHE)/build/.made:
	$(call new_environment,$(CACHE)/build,$(PYTHON))
	@touch $@

$(DEMO)/.made $(TEST)/.made $(BENCH)/.made: %/.made: pyproject.toml
	$(call new_environment,$*,$(PYTHON))
	@touch $@

$(DEMO)/.stamp: $(CACHE)/wheel.stamp $(DEMO)/.made
	@echo "Installing what the demo needs."
	$(call install_wheel,$(DEMO),[demo])
	@touch $@

$(TEST)/.stamp: $(CACHE)/wheel.stamp $(TEST)/.made
	@echo "Installing what the tests need."
	$(call install_wheel,$(TEST),[test$(comma)lint])
	@touch $@

$(BENCH)/.stamp: $(CACHE)/wheel.stamp $(BENCH)/.made
	@echo "Installing this project and its peers."
	$(call install_wheel,$(BENCH),[demo] nbgitpuller==1.3.0)
	@touch $@

$(DEV)/.stamp: pyproject.toml labextension/package.json
	@echo "Installing this folder, editable."
	$(call new_environment,$(DEV),$(PYTHON))
	@rm -rf sm_onboard/labextension
	@$(DEV)/bin/python -m pip install -qq -e ".[test]"
	@rm -rf $(DEV)/share/jupyter/labextensions/sm-onboard
	@ln -s "$(abspath sm_onboard/labextension)" $(DEV)/share/jupyter/labextensions/sm-onboard
	@touch $@

$(BINDER)/.stamp:
	@echo "Installing repo2docker."
	$(call new_environment,$(BINDER),$(PYTHON))
	@$(BINDER)/bin/python -m pip install -qq jupyter-repo2docker==2026.4.0
	@touch $@

$(CACHE)/node_modules.stamp: labextension/yarn.lock $(TEST)/.stamp
	@cd labextension && PATH="$(abspath $(TEST))/bin:$$PATH" jlpm install --immutable \
		>../$(CACHE)/yarn.log || { cat ../$(CACHE)/yarn.log; exit 1; }
	@touch $@

$(CACHE)/chromium: $(TEST)/.stamp
	@.ci/find-chromium "$(abspath $(CACHE))/browsers" "$(TEST)" > $@.new
	@mv $@.new $@
