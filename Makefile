# attrmigrate. `make help` lists what there is: each target whose line has ## and, in brackets, its group.

BIN     := bin/attrmigrate
VERSION := $(shell git describe --tags --always --abbrev=12 --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
TIME    := $(shell TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd 2>/dev/null)
DATE    := $(firstword $(subst T, ,$(TIME)))
BUILT   := attrmigrate/internal/cli.build
LDFLAGS := -s -w -X $(BUILT)Version=$(VERSION) -X $(BUILT)Commit=$(COMMIT) -X $(BUILT)Date=$(DATE)
# As .goreleaser.yaml has it. What version it is, LDFLAGS say: what Go would find of git depends on the machine.
GOBUILD := go build -buildvcs=false -ldflags
TOOL    := go tool -modfile=internal/tools/go.mod

# What is checked and tested is what is handed out, and is compiled once, for any clone: without cgo, which starts sooner, and
# without the names of this machine's folders. The race detector needs cgo.
export CGO_ENABLED := 0
export GOFLAGS := $(GOFLAGS) $(if $(findstring -trimpath,$(GOFLAGS)),,-trimpath)

.DEFAULT_GOAL := help

.PHONY: help
help: ## (build) list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { \
		group = "other"; text = $$2; \
		if (text ~ /^\(/) { end = index(text, ")"); group = substr(text, 2, end - 2); text = substr(text, end + 2) } \
		if (!(group in targets)) groups[++n] = group; \
		targets[group] = targets[group] sprintf("  %-17s %s\n", $$1, text) \
	} END { for (i = 1; i <= n; i++) printf "%s\n%s", groups[i], targets[groups[i]] }' $(MAKEFILE_LIST)

.PHONY: build
build: ## (build) build bin/attrmigrate
	$(GOBUILD) '$(LDFLAGS)' -o $(BIN) ./cmd/attrmigrate

.PHONY: demo
demo: build ## (try) plan, apply, pause, interrupt, resume, verify and take back a backfill on a local Cognito
	bash examples/loyalty/demo.sh $(BIN)

.PHONY: s3
s3: ## (try) serve an S3 on this machine, in memory, to try a run in S3 without AWS; Ctrl-C ends it
	go run ./examples/s3

# Many tests wait: more of them go on beside each other than processors do, and those of the whole program, the longest, begin
# first. What go vet finds, make check says.
.PHONY: test
test: ## (test) run the tests, all but those of test-histories
	@GOGC=400 go test -p 3 -parallel 6 -vet=off $$(go list ./internal/e2e/... ./... | grep -vxF $(HISTORIES:./%=-e attrmigrate/%))

# What draws histories, others each time, or simulates hours of them: a few of those that make campaign and make powercut play.
HISTORIES := ./internal/e2e/campaign ./internal/e2e/powercut ./internal/e2e/quota
.PHONY: test-histories
test-histories: ## (test) play some histories of kills, crashes and quotas (half a minute)
	GOGC=400 go test -p 3 -parallel 6 -vet=off $(HISTORIES)

# It makes everything four times as slow, and is compiled apart. The whole program it watches in make campaign WATCHED=-race.
.PHONY: test-race
test-race: ## (test) run those of what goes on at once once more, in short, with the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -short -vet=off -skip '$(SERIAL)' $(CONCURRENT)

# Long tests of those packages in which nothing does.
SERIAL := ^(TestPages.*|TestMeans|TestLayers|TestPlots|TestPolicy|TestReportOfDays|TestExceptionMatrix|TestExport.*Spreadsheet|TestErrors.*|FuzzCommandLine)$$

# Where things go on at once: packages, but those of the whole program, that start a goroutine or guard something, or whose tests do.
CONCURRENT = $$(grep -rlE '^[[:space:]]*(go |"sync|"testing/synctest")' --include=*.go --exclude-dir=bin --exclude-dir=dist --exclude-dir=e2e --exclude-dir=examples --exclude-dir=tools . | \
	xargs -n1 dirname | sort -u)

.PHONY: test-quick
test-quick: ## (test) run the tests that take no time
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
	GOBIN="$(CURDIR)/$(@D)" go install $(VERSITYGW)@$(VERSITYGW_AT)

.PHONY: test-s3
test-s3: $(VERSITYGW_BIN) ## (test) play the tests of S3 against versitygw, too
	bash internal/s3/testdata/versitygw.sh $(VERSITYGW_BIN) env CGO_ENABLED=1 go test $(RACE) -count=1 -v -run '^TestSuite$$/^another_server$$' ./internal/s3

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
	PATH="$(CURDIR)/$(KUBERNETES_DIR):$$PATH" KUBERNETES="$(CURDIR)/$(KUBERNETES_DIR)" KUBERNETES_PAGE="$(CURDIR)/docs/elsewhere.md" \
		go test -count=1 -timeout 5m -v -run '^TestKubernetes$$' ./internal/e2e/kubernetes

$(KUBERNETES_DIR):
	rm -rf $@.part && mkdir -p $@.part/debian
	cd internal/tools/kubernetes && go build -trimpath -ldflags '-s -w -X k8s.io/component-base/version.gitVersion=$(KUBERNETES)' \
		-o "$(CURDIR)/$@.part/" k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager
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
	ASL_VALIDATOR="$(CURDIR)/$(VALIDATOR_DIR)/node_modules/.bin/asl-validator" go test -count=1 ./examples/fleet/...

$(VALIDATOR_DIR):
	rm -rf $@.part
	npm install --prefix $@.part --no-audit --no-fund --loglevel error $(VALIDATOR)
	mv $@.part $@

.PHONY: man
man: build ## (build) write the man pages to dist/man
	rm -rf dist/man && mkdir -p dist/man && TZ=UTC SOURCE_DATE_EPOCH=$(EPOCH) $(BIN) man dist/man

.PHONY: completions
completions: build ## (build) write the completions of bash, zsh, fish and PowerShell to dist/completions
	rm -rf dist/completions && mkdir -p dist/completions
	$(BIN) completion bash > dist/completions/attrmigrate.bash
	$(BIN) completion zsh > dist/completions/_attrmigrate
	$(BIN) completion fish > dist/completions/attrmigrate.fish
	$(BIN) completion powershell > dist/completions/attrmigrate.ps1

# What is handed out is the same, byte for byte, whenever and wherever the same Go builds a commit: its times are those of the commit.
# Without a tag, or with changes since, versions grow with time. RELEASE_URL is where the files will lie, which is nowhere yet.
EPOCH       := $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
RELEASE     := $(shell git describe --tags --exact-match --match 'v[0-9]*' --dirty 2>/dev/null | sed -n '/-dirty$$/!s/^v//p')
RELEASE     := $(or $(RELEASE),0.0.0-git$(EPOCH))
RELEASE_URL := https://example.com/attrmigrate
HANDED_OUT  := TZ=UTC LC_ALL=C SOURCE_DATE_EPOCH=$(EPOCH) TIME=$(TIME) RELEASE=$(RELEASE) RELEASE_URL=$(RELEASE_URL)

# The tools of an own module file are built once for each that it has been.
PACKAGERS := bin/.packages-$(firstword $(shell cksum internal/tools/packages/go.mod))
RELEASERS := bin/.release-$(firstword $(shell cksum internal/tools/release/go.mod))
$(PACKAGERS): TOOLS := github.com/goreleaser/nfpm/v2/cmd/nfpm github.com/google/go-licenses/v2
$(RELEASERS): TOOLS := github.com/goreleaser/goreleaser/v2 github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
$(PACKAGERS) $(RELEASERS): bin/.%:
	rm -rf $@.part
	cd internal/tools/$(firstword $(subst -, ,$*)) && go build -trimpath -ldflags '-s -w' -o "$(CURDIR)/$@.part/" $(TOOLS)
	mv $@.part $@

# Of what is linked in on any system, of Go, and of what the pages carry. go-licenses has to be told where Go is, or takes
# all packages for Go's own. What it copies out of Go's cache cannot be written over (cp -f).
.PHONY: notices
notices: $(PACKAGERS) ## (build) write the licences of all that is linked in to dist/NOTICES
	rm -rf dist/licences
	set -e; for os in linux darwin windows; do \
		GOROOT="$$(go env GOROOT)" GOOS=$$os $(PACKAGERS)/go-licenses save ./cmd/attrmigrate --ignore attrmigrate --save_path dist/licences/$$os; \
		mkdir -p dist/licences/all && cp -rf dist/licences/$$os/. dist/licences/all; \
	done
	mkdir dist/licences/all/go dist/licences/all/uplot
	cp "$$(go env GOROOT)/LICENSE" dist/licences/all/go
	cp internal/page/uplot/LICENSE dist/licences/all/uplot
	cd dist/licences/all && find * -type f | LC_ALL=C sort | while read -r file; do \
		printf '==== %s\n\n' "$$file"; cat "$$file"; echo; done > ../../NOTICES

FORMATS := deb rpm apk
ARCHS   := amd64 arm64
.PHONY: packages
packages: $(PACKAGERS) man completions notices ## (build) write the packages for Linux to dist/packages (FORMATS=deb ARCHS=amd64)
	rm -rf dist/packages && mkdir -p dist/packages
	set -e; for arch in $(ARCHS); do \
		GOOS=linux GOARCH=$$arch $(GOBUILD) '$(LDFLAGS)' -o dist/linux-$$arch/attrmigrate ./cmd/attrmigrate; \
		for format in $(FORMATS); do \
			$(HANDED_OUT) ARCH=$$arch $(PACKAGERS)/nfpm package -f internal/tools/packages/nfpm.yaml -p $$format -t dist/packages/; \
		done; \
	done

.PHONY: test-package
test-package: ARCHS = $(shell dpkg --print-architecture)
test-package: packages ## (test) install the deb on this Debian, use it and remove it (root); look at the files of rpm and apk
	bash internal/tools/packages/test.sh "$(CURDIR)/dist/packages" '$(VERSION)'

# The compilers' work is cached between the two; what is linked, packed and written is made twice, the second time by somebody
# whose files nobody else may read. Clones that differ stay, to be looked into, until make clean.
.PHONY: reproducible
reproducible: $(PACKAGERS) $(RELEASERS) ## (test) make snapshot in two clones, and compare each file that is handed out
	rm -rf dist/twice
	git clone -q . dist/twice/one
	umask 077; git clone -q dist/twice/one dist/twice/another/folder
	set -e; for clone in one another/folder; do \
		if [ $$clone != one ]; then umask 077; fi; \
		mkdir dist/twice/$$clone/bin; \
		cp -r $(PACKAGERS) $(RELEASERS) dist/twice/$$clone/bin/; \
		$(MAKE) -C dist/twice/$$clone snapshot; \
		(cd dist/twice/$$clone/dist && find packages release -type f -not -name '*.yaml' -not -name metadata.json -not -name artifacts.json | \
			LC_ALL=C sort | xargs sha256sum) > dist/twice/sums-$$(basename $$clone); \
	done
	diff dist/twice/sums-one dist/twice/sums-folder && cat dist/twice/sums-one
	rm -rf dist/twice

.PHONY: snapshot
snapshot: $(RELEASERS) packages ## (build) write all that a release hands out to dist/release
	PATH="$(CURDIR)/$(RELEASERS):$$PATH" LDFLAGS='$(LDFLAGS)' $(HANDED_OUT) goreleaser release --snapshot --clean

PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

CROSS := $(PLATFORMS:%=cross-%)
.PHONY: cross $(CROSS)
cross: $(CROSS) ## (build) build the program for every system, into nothing
$(CROSS): cross-%:
	GOOS=$(word 1,$(subst /, ,$*)) GOARCH=$(word 2,$(subst /, ,$*)) go build -ldflags '-s -w' -o /dev/null ./cmd/attrmigrate

# Programs of the tests, to be carried to such a machine: each runs in the folder of its package. Those of the examples are about shells.
.PHONY: cross-test
cross-test: ## (test) build the tests for Windows and macOS into dist/tests
	@set -e; for os in windows darwin; do \
		echo "vet and build the tests for $$os"; mkdir -p dist/tests/$$os; \
		GOOS=$$os go vet ./...; GOOS=$$os go test -c -o dist/tests/$$os/ $$(go list ./... | grep -v /examples/); \
	done

# No file of ours depends on the processor, so one of each other system shows what its compiler has to say.
.PHONY: systems
systems: ## (check) the program type-checks for macOS and Windows (make cross compiles it, for each processor)
	cd internal/tools && go build -o ../../bin/systems ./systems
	bin/systems ./cmd/attrmigrate darwin/arm64 windows/amd64

# Of a million bytes each. docs/performance.md has what it is made of.
MOST_MB := 45
.PHONY: light
light: build ## (check) the program is at most MOST_MB (45) large
	@size=$$(wc -c < $(BIN)); if [ $$size -gt $(MOST_MB)000000 ]; then echo "$(BIN): $$size bytes, at most $(MOST_MB) MB are allowed (make size)"; exit 1; fi

.PHONY: size
size: ## (measure) what the program for linux/amd64 is made of, by module; renews docs/performance.md
	GOOS=linux GOARCH=amd64 $(GOBUILD) '$(LDFLAGS)' -o dist/size/stripped ./cmd/attrmigrate
	GOOS=linux GOARCH=amd64 $(GOBUILD) '$(filter-out -s,$(LDFLAGS))' -o dist/size/symbols ./cmd/attrmigrate
	cd internal/tools && go run ./size ../../dist/size ../../docs/performance.md

.PHONY: check
check: fmt vet staticcheck tidy systems light ## (check) everything that is checked without running the program

.PHONY: fmt
fmt: ## (check) the Go files are formatted
	@files=$$(gofmt -l $(filter-out bin/ dist/,$(wildcard */))); if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi

.PHONY: vet
vet: ## (check) what go vet finds
	go vet ./...
	cd internal/tools && go vet ./...

.PHONY: staticcheck
staticcheck: ## (check) what staticcheck finds
	$(TOOL) staticcheck ./...
	cd internal/tools && go tool staticcheck ./...

# Not those of the larger tools in internal/tools: their tests want modules that not every proxy has. Who builds them sees
# whether a line is missing.
.PHONY: tidy
tidy: ## (check) go.mod and go.sum are as they should be
	go mod tidy -diff
	go mod verify
	cd internal/tools && go mod tidy -diff && go mod verify

# The table stands in docs/performance.md, the plots beside it, and some rows in the README.
BENCH := docs/performance
.PHONY: bench
bench: build ## (measure) measure everything against its bound in the same run, and renew docs/performance.md and the README (15 minutes, wants a quiet machine)
	go build -o bin/bench ./internal/bench
	bin/bench -out $(BENCH) -embed docs/performance.md -brief README.md
	cd internal/tools && go run ./plot ../../$(BENCH)

# What takes minutes is made by others: make bench, make size, make test-kubernetes, make pictures.
.PHONY: docs
docs: ## (build) renew what README.md, docs and examples show as printed, docs/commands.md among them (a minute)
	go test -count=1 -run '^TestPages$$' ./internal/e2e/pages -update

# Of a made-up run that is always the same: a run has a sample each ten seconds, so that one of some seconds, as in make demo,
# has nothing to show, and the pictures would differ each time. Look at them before they are committed.
.PHONY: pictures
pictures: ## (build) renew the pictures of docs/steering.md (needs Chromium)
	PICTURES="$(CURDIR)/docs/steering" go test -count=1 -v -run '^TestPictures$$' ./internal/page

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
	CAMPAIGN_FOR=$(FOR) CAMPAIGN_KILLS=$(KILLS) CAMPAIGN_SEED=$(SEED) CGO_ENABLED=$(if $(WATCHED),1,0) go test $(WATCHED) -count=1 -timeout 0 -v -run '^TestCampaign$$' ./internal/e2e/campaign

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
