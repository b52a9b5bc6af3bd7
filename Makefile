# What can be done here: make help

GO        ?= go
FUZZTIME  ?= 30s
BENCHTIME ?= 1s
LINT      := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.DEFAULT_GOAL := help
.PHONY: help build test race lint bench cover fuzz survive survive-scale

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the binary, as ./marsad
	CGO_ENABLED=0 $(GO) build -trimpath -o marsad ./services/marsad

test: ## all tests, and those of the bench module
	$(GO) test ./...
	cd bench && $(GO) test -count=1 ./... # they run the program, which the test cache does not see

race: ## all tests with the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race ./...

lint: ## gofmt, go vet, golangci-lint (the first run builds it: some minutes)
	@unformatted=$$(gofmt -l bench pkg services); test -z "$$unformatted" || { echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	cd bench && $(GO) vet ./...
	$(LINT) run ./...
	cd bench && $(LINT) run --config ../.golangci.yml ./...

bench: ## all benchmarks; MARSAD_PAGES=DIR and MARSAD_SIB200=FILE add comparisons with peers
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...
	cd bench && $(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

cover: ## test coverage, as bin/cover.html
	@mkdir -p bin
	$(GO) test -coverprofile bin/cover.out -coverpkg ./pkg/...,./services/... ./...
	$(GO) tool cover -func bin/cover.out | tail -n 1
	$(GO) tool cover -html bin/cover.out -o bin/cover.html

SURVIVE   ?=

survive: ## kill it hundreds of times and prove that nothing is lost (half an hour; SURVIVE="-seed 1 -only split")
	cd bench && $(GO) run ./survive $(SURVIVE)

survive-scale: ## the same for many processes on three NATS servers and PostgreSQL, all faults at once (SURVIVE="-short", "-other BINARY")
	cd bench && $(GO) run ./survive -only fleet $(SURVIVE)

fuzz: ## every fuzz target for FUZZTIME (30s)
	@grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' pkg services | while IFS=: read -r file _ target; do \
		target=$${target#func }; echo "== $$target in $$(dirname $$file)"; \
		$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x ./$$(dirname $$file) || exit 1; \
	done
