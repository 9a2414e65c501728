# The front door: every target sets up what it needs, on a machine with rustup and a C
# compiler.

CARGO     ?= cargo
TARGET    := $(or $(CARGO_TARGET_DIR),target)
TRIPLE    := wasm32-unknown-unknown
COMPONENT := target/jira_connector.wasm
BUILT     := $(TARGET)/$(TRIPLE)/component/jira_connector.wasm
# Tests look for it in the first place, the jira-host command in the second.
PLACES    := $(sort $(COMPONENT) $(TARGET)/jira_connector.wasm)

FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help component host run test fuzz bench hosts lint doc clean triple

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# rustup reads rust-toolchain.toml and installs what is missing by itself, unless
# it is told not to.
triple:
	@! command -v rustup >/dev/null || rustup target list --installed | grep -qx $(TRIPLE) || rustup target add $(TRIPLE)

component: triple ## build the component: target/jira_connector.wasm
	$(CARGO) build --locked --package jira-connector --lib --target $(TRIPLE) --profile component
	@mkdir -p target
	@for place in $(PLACES); do cmp -s $(BUILT) $$place || cp $(BUILT) $$place; done
	@printf '%s: %s bytes\n' $(COMPONENT) "$$(wc -c < $(COMPONENT) | tr -d ' ')"

host: ## build the host: the jira-host command
	$(CARGO) build --locked --package jira-host

run: component host ## show the component at work on a simulated Atlassian
	@$(CARGO) run --quiet --locked --package jira-host -- demo --component $(COMPONENT)

test: component ## run all tests, and look for secrets in all that they write
	tests/canary $(CARGO) test --locked --workspace -- --show-output

fuzz: ## fuzz what others write, each target for FUZZ_SECONDS (60); needs a C++ compiler
	@tests/fuzz/run $(FUZZ_SECONDS)

bench: component ## measure speed and memory beside a native client; also target/bench.json
	@$(CARGO) bench --locked --package jira-host --bench wire --profile dev --config host-test/benches/profile.toml

hosts: component host ## run the component in Python and on Node (needs Python 3.9, Node 20, npm)
	@tests/hosts/run

lint: triple ## check the formatting, clippy's advice, and that the library builds alone
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) check --locked --package jira-host --lib --no-default-features
	$(CARGO) clippy --locked --package jira-connector --lib --target $(TRIPLE) --profile component -- -D warnings
	$(CARGO) fmt --manifest-path tests/fuzz/Cargo.toml --check
	$(CARGO) clippy --locked --manifest-path tests/fuzz/Cargo.toml --target-dir target/fuzz --no-default-features --all-targets -- -D warnings

doc: ## build the documentation, private items too
	RUSTDOCFLAGS=-Dwarnings $(CARGO) doc --locked --workspace --no-deps --document-private-items

clean: ## remove everything that was built
	$(CARGO) clean
