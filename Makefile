# attrmigrate. `make help` lists what there is.

BIN     := bin/attrmigrate
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS := -s -w -X attrmigrate/internal/cli.buildVersion=$(VERSION) -X attrmigrate/internal/cli.buildCommit=$(COMMIT)
TOOL    := go tool -modfile=internal/tools/go.mod

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/attrmigrate
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/attrmigrate

.PHONY: demo
demo: build ## plan, apply, interrupt, resume, verify and take back a backfill on a local Cognito
	bash examples/loyalty/demo.sh $(BIN)

.PHONY: test
test: ## run all tests, with the race detector where there is a C compiler
	go test $(RACE) ./...

# The race detector needs cgo, and cgo a C compiler; a machine with Go alone passes without it.
RACE := $(if $(shell command -v gcc || command -v clang),-race)

.PHONY: man
man: build ## write the man pages to dist/man
	mkdir -p dist/man && $(BIN) man dist/man

PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.PHONY: cross
cross:
	@set -e; for p in $(PLATFORMS); do \
		echo "build $$p"; CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} go build -o /dev/null ./cmd/attrmigrate; \
	done

.PHONY: check
check: fmt vet staticcheck tidy cross ## everything that is checked without running the program

.PHONY: fmt
fmt:
	@files=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi

.PHONY: vet
vet:
	go vet ./...

.PHONY: staticcheck
staticcheck:
	$(TOOL) staticcheck ./...

.PHONY: tidy
tidy:
	go mod tidy -diff
	go mod verify

.PHONY: bench
bench: ## run the Go benchmarks
	go test -run '^$$' -bench . -benchmem ./...

FUZZTIME := 2m
.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (2m)
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist
