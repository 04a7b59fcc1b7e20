# attrmigrate. `make help` lists what there is: each target whose line has ## and, in brackets, its group.

BIN     := bin/attrmigrate
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS := -s -w -X attrmigrate/internal/cli.buildVersion=$(VERSION) -X attrmigrate/internal/cli.buildCommit=$(COMMIT)
TOOL    := go tool -modfile=internal/tools/go.mod

.DEFAULT_GOAL := help

.PHONY: help
help: ## (build) list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { \
		group = "other"; text = $$2; \
		if (text ~ /^\(/) { end = index(text, ")"); group = substr(text, 2, end - 2); text = substr(text, end + 2) } \
		if (!(group in targets)) groups[++n] = group; \
		targets[group] = targets[group] sprintf("  %-14s %s\n", $$1, text) \
	} END { for (i = 1; i <= n; i++) printf "%s\n%s", groups[i], targets[groups[i]] }' $(MAKEFILE_LIST)

.PHONY: build
build: ## (build) build bin/attrmigrate
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/attrmigrate

.PHONY: demo
demo: build ## (try) plan, apply, pause, interrupt, resume, verify and take back a backfill on a local Cognito
	bash examples/loyalty/demo.sh $(BIN)

# Everything runs as it is, in full. The race detector makes it four times as slow, so that it watches once more, in short,
# where things go on at once; the whole program it watches in make campaign WATCHED=-race. Many tests of the whole program
# wait, so that more of them than processors go on at once. What go vet finds, make check says.
.PHONY: test
test: ## (test) run all tests, those of what goes on at once with the race detector, too
	@failed=0; \
	$(if $(RACE),go test $(RACE) -short -vet=off $(CONCURRENT) || failed=1;) \
	go test -parallel 4 -vet=off ./... || failed=1; \
	exit $$failed

# Where things go on at once: packages, but those of the whole program, that start a goroutine or guard something, or whose tests do.
CONCURRENT = $$(grep -rlE '^[[:space:]]*(go |"sync|"testing/synctest")' --include=*.go --exclude-dir=bin --exclude-dir=e2e --exclude-dir=examples --exclude-dir=tools . | \
	xargs -n1 dirname | sort -u)

.PHONY: test-quick
test-quick: ## (test) run the tests that take no time, without the race detector
	go test -short -parallel 4 ./...

# The race detector needs cgo, and cgo a C compiler; a machine with Go alone passes without it.
RACE := $(if $(shell command -v gcc || command -v clang),-race)

# A Cognito emulator that others wrote, in the version whose differences internal/e2e/emulator_test.go lists.
EMULATOR     := cognito-local@5.3.0
EMULATOR_DIR := bin/.$(EMULATOR)

.PHONY: emulator
emulator: $(EMULATOR_DIR) ## (build) install cognito-local for test-emulator (needs npm)

# It plays what make test plays against the sandbox. It starts empty, on a free port, and gives pools plain usernames
# unless they ask for others.
.PHONY: test-emulator
test-emulator: $(EMULATOR_DIR) ## (test) play the scenarios against cognito-local, too (needs npm)
	@set -e; home=$$(mktemp -d); mkdir $$home/.cognito; touch $$home/log; \
	echo '{"UserPoolDefaults":{"UsernameAttributes":[]}}' > $$home/.cognito/config.json; \
	modules='$(CURDIR)/$(EMULATOR_DIR)/node_modules'; \
	(cd $$home && exec env HOST=127.0.0.1 PORT=0 PATH="$$modules/.bin:$$PATH" cognito-local) > $$home/log 2>&1 & \
	emulator=$$!; trap '{ kill $$emulator && wait $$emulator; } 2> /dev/null || true; rm -rf $$home' EXIT; trap 'exit 130' INT TERM; \
	for i in $$(seq 300); do \
		url=$$(sed -n 's,.* running on \(http://[0-9.:]*\).*,\1,p' $$home/log); \
		if [ -n "$$url" ] || ! kill -0 $$emulator 2> /dev/null; then break; fi; \
		sleep 0.1; \
	done; \
	if [ -z "$$url" ]; then cat $$home/log; echo "$(EMULATOR) does not start"; exit 1; fi; \
	COGNITO_LOCAL_URL=$$url go test -count=1 -v -run '^(TestEmulator|TestDifferences)/^cognito-local$$' ./internal/e2e

# Where Node.js is older than the emulator wants, a newer one is installed beside it.
$(EMULATOR_DIR):
	rm -rf $@.part
	npm install --prefix $@.part --no-audit --no-fund --loglevel error $(EMULATOR) \
		$$(node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || major == 20 && minor >= 19 ? 0 : 1)' || echo node@22.23.3)
	mv $@.part $@

# An S3 server that others wrote, with all conditions right; it takes some 210 seconds of a processor to build.
VERSITYGW     := github.com/versity/versitygw/cmd/versitygw
VERSITYGW_AT  := v1.8.0
VERSITYGW_BIN := bin/.versitygw-$(VERSITYGW_AT)/versitygw

.PHONY: versitygw
versitygw: $(VERSITYGW_BIN) ## (build) build versitygw for test-s3

$(VERSITYGW_BIN):
	GOBIN=$(CURDIR)/$(@D) go install $(VERSITYGW)@$(VERSITYGW_AT)

.PHONY: test-s3
test-s3: $(VERSITYGW_BIN) ## (test) play the tests of S3 against versitygw, too
	bash internal/s3/testdata/versitygw.sh $(CURDIR)/$(VERSITYGW_BIN) go test $(RACE) -count=1 -v -run '^TestSuite$$/^another_server$$' ./internal/s3

# What it takes: some eighty seconds to install, and two minutes for the tests. Without SOFFICE they are skipped.
.PHONY: test-libreoffice
test-libreoffice: ## (test) what LibreOffice saves, in several countries, comes back (installs it on Debian)
	command -v soffice >/dev/null || { apt-get update -q && apt-get install -yq --no-install-recommends libreoffice-calc; }
	SOFFICE=soffice go test -count=1 -v -run 'LibreOffice$$' ./sources ./internal/report

# Kubernetes' control plane, from its published modules, and etcd, Debian's where there is none. No service is installed:
# etcd is unpacked beside the two programs.
KUBERNETES     := v1.36.3
KUBERNETES_DIR := bin/.kubernetes-$(KUBERNETES)

.PHONY: kubernetes
kubernetes: $(KUBERNETES_DIR) ## (build) build a control plane for test-kubernetes (some twelve minutes of a processor)

.PHONY: test-kubernetes
test-kubernetes: $(KUBERNETES_DIR) ## (test) examples/fleet/kubernetes on a real control plane; renews docs/elsewhere.md (Linux, a minute)
	PATH="$(CURDIR)/$(KUBERNETES_DIR):$$PATH" KUBERNETES=$(CURDIR)/$(KUBERNETES_DIR) KUBERNETES_PAGE=$(CURDIR)/docs/elsewhere.md \
		go test -count=1 -timeout 5m -v -run '^TestKubernetes$$' ./internal/e2e/kubernetes

$(KUBERNETES_DIR):
	rm -rf $@.part && mkdir -p $@.part/debian
	cd internal/tools/kubernetes && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X k8s.io/component-base/version.gitVersion=$(KUBERNETES)' \
		-o $(CURDIR)/$@.part/ k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager
	command -v etcd >/dev/null || { cd $@.part/debian && \
		{ apt-get download -q etcd-server || { apt-get update -q && apt-get download -q etcd-server; }; } && \
		dpkg-deb -x etcd-server_*.deb . && mv usr/bin/etcd ..; }
	rm -rf $@.part/debian
	mv $@.part $@

# A cluster of one node, on loopback and in a directory of its own, that ends with the test. A minute, and half a minute
# to install; a machine with systemd should not have the daemons started by that (policy-rc.d).
.PHONY: test-slurm
test-slurm: ## (test) the array of examples/fleet/slurm, run by Slurm itself (installs it on Debian)
	command -v sbatch >/dev/null || { apt-get update -q && apt-get install -yq --no-install-recommends slurm-wlm munge; }
	SLURM=1 go test -count=1 -v ./internal/e2e/slurm

# What others say of the manifests: make test asks nobody who is not there.
VALIDATOR     := asl-validator@4.0.0
VALIDATOR_DIR := bin/.$(VALIDATOR)

.PHONY: test-examples
test-examples: $(VALIDATOR_DIR) ## (test) examples/fleet, its state machine by asl-validator (npm), its commands of AWS by the AWS CLI
	ASL_VALIDATOR=$(CURDIR)/$(VALIDATOR_DIR)/node_modules/.bin/asl-validator go test -count=1 ./examples/fleet/...

$(VALIDATOR_DIR):
	rm -rf $@.part
	npm install --prefix $@.part --no-audit --no-fund --loglevel error $(VALIDATOR)
	mv $@.part $@

.PHONY: man
man: build ## (build) write the man pages to dist/man
	mkdir -p dist/man && $(BIN) man dist/man

PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

CROSS := $(PLATFORMS:%=cross-%)
.PHONY: cross $(CROSS)
cross: $(CROSS) ## (build) build the program for every system, into nothing
$(CROSS): cross-%:
	CGO_ENABLED=0 GOOS=$(word 1,$(subst /, ,$*)) GOARCH=$(word 2,$(subst /, ,$*)) go build -ldflags '-s -w' -o /dev/null ./cmd/attrmigrate

# Programs of the tests, to be carried to such a machine: each runs in the folder of its package.
.PHONY: cross-test
cross-test: ## (test) build the tests for Windows and macOS into dist/tests
	@set -e; for os in windows darwin; do \
		echo "vet and build the tests for $$os"; mkdir -p dist/tests/$$os; \
		GOOS=$$os go vet ./...; CGO_ENABLED=0 GOOS=$$os go test -c -o dist/tests/$$os/ ./...; \
	done

# No file of ours depends on the processor, so one of each other system shows what its compiler has to say.
.PHONY: systems
systems: ## (check) the program compiles for macOS and Windows (make cross: for each processor)
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build -o /dev/null ./cmd/attrmigrate
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build -o /dev/null ./cmd/attrmigrate

.PHONY: check
check: fmt vet staticcheck tidy systems ## (check) everything that is checked without running the program

.PHONY: fmt
fmt: ## (check) the Go files are formatted
	@files=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi

.PHONY: vet
vet: ## (check) what go vet finds
	go vet ./...

.PHONY: staticcheck
staticcheck: ## (check) what staticcheck finds
	$(TOOL) staticcheck ./...

.PHONY: tidy
tidy: ## (check) go.mod and go.sum are as they should be
	go mod tidy -diff
	go mod verify

# The table stands in docs/performance.md, the plots beside it.
BENCH := docs/performance
.PHONY: bench
bench: build ## (measure) measure everything against its bound in the same run, and renew docs/performance.md (15 minutes, wants a quiet machine)
	go build -o bin/bench ./internal/bench
	bin/bench -out $(BENCH) -embed docs/performance.md
	cd internal/tools && go run ./plot $(CURDIR)/$(BENCH)

# What takes minutes is made by others: make bench, make test-kubernetes, make pictures.
.PHONY: docs
docs: ## (build) renew what README.md, docs and examples show as printed, docs/commands.md among them (a minute)
	go test -count=1 -run '^TestPages$$' ./internal/e2e/pages -update

# Of a made-up run that is always the same: a run has a sample each ten seconds, so that one of some seconds, as in make demo,
# has nothing to show, and the pictures would differ each time. Look at them before they are committed.
.PHONY: pictures
pictures: ## (build) renew the pictures of docs/steering.md (needs Chromium)
	PICTURES=$(CURDIR)/docs/steering go test -count=1 -v -run '^TestPictures$$' ./internal/page

.PHONY: bench-quick
bench-quick: build ## (measure) the same, short and rough, without pass marks (a minute)
	go build -o bin/bench ./internal/bench
	bin/bench -quick -out dist/bench

.PHONY: bench-go
bench-go: ## (measure) run the Go benchmarks
	go test -run '^$$' -bench . -benchmem ./...

FUZZTIME := 2m
.PHONY: fuzz
fuzz: ## (test) run every fuzz target for FUZZTIME (2m)
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5s $$pkg; \
		done; \
	done

# FOR is how long histories are begun, KILLS how many starts are killed, SEED the first of them; a SEED alone replays one.
# Three thousand kills take some eight minutes of a processor; with WATCHED=-race, the race detector, ten times as many.
FOR     := $(if $(KILLS)$(SEED),,1m)
KILLS   :=
SEED    :=
WATCHED :=
.PHONY: campaign
campaign: ## (test) random histories of kills, faults and orders, here and in S3, checked and taken back (FOR=10m KILLS=3000 SEED=7)
	CAMPAIGN_FOR=$(FOR) CAMPAIGN_KILLS=$(KILLS) CAMPAIGN_SEED=$(SEED) go test $(WATCHED) -count=1 -timeout 0 -v -run '^TestCampaign$$' ./internal/e2e/campaign

# Of the states that a crash may leave, go test plays some: others each time.
.PHONY: powercut
powercut: ## (test) crash a job behind every operation on its files, in every way, and go on from each state
	CRASH_STATES=all go test -count=1 -timeout 0 -v ./internal/e2e/powercut

# Of the protocol of runs in an object store, go test explores what it can in seconds.
.PHONY: model
model: ## (test) explore the lease and the fence of a run in S3 with every pair of faults, many minutes
	ATTRMIGRATE_MODEL=long go test -count=1 -timeout 0 -v -run '^TestModel' ./internal/runlog

.PHONY: clean
clean: ## (build) remove what was built
	rm -rf bin dist
