# rouse: `make` lists what there is to do.
GO      ?= go
BIN     := bin/rouse
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
FUZZTIME ?= 60s
CYCLES  ?= 100

.DEFAULT_GOAL := help
.PHONY: help build demo test simulate oracle peers lint fuzz kill powercut cover bench soak microbench clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  \033[1m%-8s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/rouse
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/rouse

demo: build ## run the whole product here, with phones in the browser and one example alert
	$(BIN) serve --demo

test: peers ## the whole test suite, with the race detector and real peers
	@fmt=$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null)); if [ -n "$$fmt" ]; then echo "gofmt these: $$fmt"; exit 1; fi
	$(GO) vet ./...
	$(GO) test -race -timeout 25m ./...
	GOGC=400 $(GO) test ./simulate/torture -count 1 -timeout 18m -run Seeds -v -seeds 1000

SEEDS ?= 1000
FROM  ?= 1
simulate: ## run SEEDS days of faults through the real engine, from seed FROM (default 1000 from 1); a seed that fails tells its story
	@$(GO) test -c -o bin/torture.test ./simulate/torture
	@GOGC=400 bin/torture.test -test.run 'TestSeeds$$' -test.v -test.timeout 0 -seeds $(SEEDS) -from $(FROM)

CASES ?= 1000000
oracle: ## compare CASES random (schedule, zone, instant) with a minute oracle over every IANA zone (default 1000000)
	$(GO) test ./oncall -count 1 -run CasesAgree -v -timeout 0 -cases $(CASES)

peers: ## install what the tests talk to: Prometheus, Alertmanager, PostgreSQL, Chromium
	@scripts/peers

lint: ## go vet and staticcheck
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...

fuzz: ## run every fuzz target for FUZZTIME (default 60s)
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "== $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
	  done; done

kill: ## kill the daemon under load CYCLES times (default 100) and compare what is left with the ledger
	ROUSE_KILLS=$(CYCLES) $(GO) test ./internal/peers -count 1 -run '^TestKill$$' -v -timeout 24h

powercut: ## the same with power cuts of the disk beneath it; needs root
	ROUSE_POWERCUTS=$(CYCLES) $(GO) test ./internal/peers -count 1 -run '^TestPowerCut$$' -v -timeout 24h

cover: ## line coverage of every room
	$(GO) test -cover ./... | grep -v 'no test files'

bench: ## measure the whole binary, each figure beside the machine's own limit (some twenty-five minutes)
	$(GO) run ./internal/bench

soak: ## an hour at 50 alerts a second with a provider that fails; draws what the daemon takes
	$(GO) run ./internal/bench -only soak

microbench: ## the benchmarks of single functions
	$(GO) test -run '^$$' -bench . -benchmem ./...

clean: ## remove what was built
	rm -rf bin
