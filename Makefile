# SPDX-License-Identifier: GPL-3.0-or-later
PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
UNITDIR ?= /lib/systemd/system
# Real time matters to the system tests: nothing runs beside them.
TEST_OPTIONS ?= --no-parallel
FUZZ_SECONDS ?= 60

export SWIFT_BACKTRACE := enable=no
PROGRAM := .build/release/dmvpn
INSIDE := DMVPN_EXECUTABLE=$(CURDIR)/$(PROGRAM) scripts/in-namespaces

.DEFAULT_GOAL := help
.PHONY: help setup setup-test build run test test-build test-peers test-peers-strangers bench fuzz picture format install uninstall clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## install what building and running needs (Debian packages; says what it does)
	@scripts/setup run

setup-test: ## install what the tests need as well
	@scripts/setup test

build: setup ## build the program (release)
	swift build -c release --product dmvpn

run: build ## a DMVPN phase 3 cloud in this process, with the console on its hub; no root
	$(PROGRAM) lab phase3

test-build: setup-test
	swift build -c release --build-tests

test: test-build ## every test, in namespaces of its own
	$(INSIDE) swift test -c release --skip-build --disable-testable-imports $(TEST_OPTIONS)

test-peers: test-build ## the longer simulations, and scenarios with other implementations in guests (over half an hour)
	$(INSIDE) scripts/peers simulations
	$(INSIDE) scripts/peers
	$(INSIDE) scripts/peers protected

test-peers-strangers: test-build ## the guests among themselves, without a node of ours: proves the bench
	$(INSIDE) scripts/peers strangers

bench: build ## the figures of docs/measurements.md
	$(INSIDE) scripts/bench

fuzz: setup ## feed the decoders disturbed bytes, FUZZ_SECONDS each
	scripts/fuzz $(FUZZ_SECONDS)

picture: build ## draw docs/images/overview.svg from the running program
	scripts/picture docs/images/overview.svg

format: ## format the Swift sources in place
	swift format --in-place --recursive --configuration .swift-format Package.swift Sources Tests

install: ## install program, themes, unit and examples (PREFIX, DESTDIR); build first
	@test -x $(PROGRAM) || { echo "install: nothing built yet; run make build first" >&2; exit 1; }
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/dmvpn
	install -d $(DESTDIR)$(PREFIX)/share/dmvpn/themes $(DESTDIR)$(PREFIX)/share/doc/dmvpn/config
	for f in themes/*; do [ ! -f "$$f" ] || install -m 644 "$$f" $(DESTDIR)$(PREFIX)/share/dmvpn/themes/; done
	install -m 644 config/* $(DESTDIR)$(PREFIX)/share/doc/dmvpn/config/
	install -d $(DESTDIR)$(UNITDIR) && sed 's|@BINDIR@|$(PREFIX)/bin|' dist/dmvpn.service > $(DESTDIR)$(UNITDIR)/dmvpn.service
	chmod 644 $(DESTDIR)$(UNITDIR)/dmvpn.service
	install -d $(DESTDIR)$(SYSCONFDIR)/dmvpn
	test -e $(DESTDIR)$(SYSCONFDIR)/dmvpn/dmvpn.conf || install -m 600 dist/dmvpn.conf $(DESTDIR)$(SYSCONFDIR)/dmvpn/dmvpn.conf

uninstall: ## remove what install put there; the configuration stays
	rm -rf $(DESTDIR)$(PREFIX)/bin/dmvpn $(DESTDIR)$(PREFIX)/share/dmvpn $(DESTDIR)$(PREFIX)/share/doc/dmvpn $(DESTDIR)$(UNITDIR)/dmvpn.service

clean: ## remove everything built
	rm -rf .build .build-fuzz .build-bench
