package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// house lists our packages from the ground up. Imports run one way: a package may import what stands before it.
var house = []string{
	"internal/disk", "internal/shell", "internal/phone", "internal/prose", "internal/refusal", "internal/sealed", "internal/records",
	"sources", "checkpoint", "pipeline",
	"internal/awsconn", "internal/runlog", "internal/s3",
	"internal/schema", "internal/cognito", "internal/report", "internal/telemetry", "internal/rundir", "internal/fleet", "internal/page", "internal/metrics", "internal/control", "internal/changeset",
	"internal/rules", "internal/listing", "internal/sandbox", "internal/target", "internal/rehearsal",
	"internal/audit",
	"internal/job", "internal/console", "internal/profiling", "internal/cli", "cmd/attrmigrate",
	// Beside it: what measures, tests and shows it.
	"internal/awsconn/awstest", "internal/s3/s3test", "internal/disk/crash", "internal/e2e/harness", "internal/e2e", "internal/e2e/monitoring", "internal/e2e/powercut", "internal/e2e/quota", "internal/e2e/campaign", "internal/bench",
	"internal/e2e/kubernetes", "internal/e2e/slurm", "internal/e2e/pages",
	"examples", "examples/customsource", "examples/s3", "examples/scheduled", "examples/steering",
	"examples/fleet", "examples/fleet/batch", "examples/fleet/stepfunctions",
}

// narrow are packages that import less of ours than the house would let them.
var narrow = []struct {
	packages, imports []string
	why               string
}{
	{[]string{"internal/sealed"}, []string{"internal/disk"},
		"it has bytes, and does not know what they say"},
	{[]string{"internal/records"}, nil,
		"it finds records in any bytes, and does not know what they mean"},
	{[]string{"sources"}, []string{"internal/sealed", "internal/records", "internal/shell"},
		"it is a library, and the first: what to change is known without a run"},
	{[]string{"checkpoint", "pipeline"}, []string{"sources", "checkpoint", "internal/disk"},
		"they are libraries: other programs use them without AWS, without our files and without our screens"},
	{[]string{"internal/runlog"}, []string{"checkpoint", "internal/disk", "internal/refusal"},
		"it keeps the files of a run, and does not know what they say, nor whose store it is"},
	{[]string{"internal/phone"}, nil,
		"it reads numbers, whoever asks"},
	{[]string{"internal/schema"}, []string{"sources", "internal/shell", "internal/phone"},
		"what a value may be is known without a client, and without a run"},
	{[]string{"internal/awsconn"}, nil,
		"it reaches AWS, whichever service is called"},
	{[]string{"internal/cognito"}, []string{"sources", "pipeline", "internal/awsconn", "internal/schema", "internal/shell"},
		"it tells what AWS says, whoever asks"},
	{[]string{"internal/audit"}, []string{"sources", "pipeline", "internal/phone", "internal/schema", "internal/cognito", "internal/listing", "internal/refusal", "internal/shell"},
		"it judges values: it has no file to write to, and no run to disturb"},
	{[]string{"internal/rules"}, []string{"sources", "internal/disk", "internal/schema", "internal/phone", "internal/refusal", "internal/prose", "internal/shell"},
		"it computes: a value is the same whoever asks, and it knows no client"},
	{[]string{"internal/sandbox"}, []string{"internal/disk"},
		"it stands for AWS: what we get wrong there must not agree with what we get wrong here"},
	{[]string{"cmd/attrmigrate"}, []string{"internal/cli"},
		"all that it does can be tested in cli"},
	{[]string{"examples/customsource"}, []string{"sources", "checkpoint", "pipeline"},
		"it shows what others can do with the libraries"},
}

type reservation struct {
	name string
	by   []string
	why  string
}

// has tells whether it is about an import.
func (r reservation) has(path string) bool {
	return strings.HasSuffix(r.name, "/") && strings.HasPrefix(path, r.name) || strings.TrimPrefix(path, "attrmigrate/") == r.name
}

// reserved are packages and modules that only some of ours may import; a name that ends in a slash is all below it.
var reserved = []reservation{
	{"internal/cli", []string{"cmd/attrmigrate", "internal/e2e/harness"}, "it wires all others, and nobody depends on the wiring"},
	{"internal/console", []string{"internal/cli"}, "a job runs without a screen"},
	{"internal/awsconn/awstest", nil, "it hides the machine's settings, from tests"},
	{"internal/disk/crash", nil, "it plays crashes, in tests"},
	{"internal/s3/s3test", []string{"internal/bench", "examples/s3"}, "the program speaks with S3; tests, and who tries it, with this one"},
	{"internal/sealed", []string{"sources"}, "who reads an input asks sources, which knows its seals"},
	{"internal/records", []string{"sources"}, "who wants a record asks sources, which knows what it means"},
	{"internal/sandbox", []string{"internal/rehearsal", "internal/cli", "internal/e2e/harness", "internal/e2e/campaign", "internal/bench"},
		"the program speaks with it by HTTP, as with AWS"},

	{"github.com/spf13/", []string{"internal/cli"}, "all but cli can be driven by a test without flags"},
	{"internal/awsconn", []string{"internal/cognito", "internal/s3"}, "a service of AWS is reached by the package that knows its answers"},
	{"github.com/aws/", []string{"internal/awsconn", "internal/cognito", "internal/target", "internal/s3", "internal/bench", "examples/customsource"},
		"what AWS says is put into our words in one place"},
	{"github.com/johannesboyne/", []string{"internal/s3/s3test"}, "one S3 is what tests speak with"},
	{"github.com/prometheus/", []string{"internal/metrics"}, "what is told to a metrics system is named in one place"},
	{"github.com/schollz/", []string{"internal/console"}, "one place draws on the screen"},
	{"golang.org/x/term", []string{"internal/console", "internal/cli"}, "one place asks whether there is a terminal"},
	{"github.com/gocarina/gocsv", []string{"sources", "internal/report"}, "CSV comes in at one place and goes out at one"},
	{"github.com/expr-lang/", []string{"internal/rules"}, "what an expression may say is known in one place"},
	{"github.com/nyaruka/", []string{"internal/phone"}, "what a number is in a region is known in one place"},
	{"github.com/klauspost/", []string{"internal/sealed"}, "what is packed is unpacked where it comes in"},
	{"github.com/gofrs/flock", []string{"checkpoint"}, "a run has one lock"},
	{"golang.org/x/time/rate", []string{"pipeline", "internal/listing"}, "calls are paced where they are made"},
	{"golang.org/x/sys/", []string{"internal/disk", "internal/control", "internal/console"}, "what differs between systems is told apart where files are, where programs are run, and where a terminal is drawn on"},
	{"github.com/HdrHistogram/", []string{"internal/telemetry"}, "durations are measured alike"},
	{"github.com/rivo/uniseg", []string{"internal/prose"}, "columns are counted alike"},
	{"github.com/dustin/go-humanize", []string{"internal/prose", "internal/bench"}, "numbers are written alike"},
}

// TestLayers holds the imports of every package against the three tables, and the tables against them: a leave that
// nobody takes is none.
func TestLayers(t *testing.T) {
	const ours = "attrmigrate/"
	all := importsOf(t)
	for _, n := range narrow {
		for _, name := range n.imports {
			if !slices.ContainsFunc(n.packages, func(p string) bool { return slices.Contains(all[p], ours+name) }) {
				t.Errorf("none of %q imports %s any more: take it out of the table", n.packages, name)
			}
		}
	}
	for _, r := range reserved {
		for _, by := range r.by {
			if !slices.ContainsFunc(all[by], r.has) {
				t.Errorf("%s does not import %s any more: take it out of the table", by, r.name)
			}
		}
	}
	for path, imports := range all {
		floor := slices.Index(house, path)
		if floor < 0 {
			t.Errorf("package %s is not in the house: give it its place in the table", path)
		}
		for _, i := range imports {
			own, isOurs := strings.CutPrefix(i, ours)
			if isOurs && slices.Index(house, own) > floor {
				t.Errorf("%s imports %s, which stands above it", path, own)
			}
			for _, n := range narrow {
				if isOurs && slices.Contains(n.packages, path) && !slices.Contains(n.imports, own) {
					t.Errorf("%s imports %s: %s", path, own, n.why)
				}
			}
			for _, r := range reserved {
				if r.has(i) && !slices.Contains(r.by, path) {
					t.Errorf("%s imports %s: %s", path, own, r.why)
				}
			}
		}
	}
}

// importsOf lists the imports of each package of the module, on any system, tests aside.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	packages := map[string][]string{}
	for _, system := range []string{"linux", "windows"} {
		cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "attrmigrate/...")
		cmd.Env = append(cmd.Environ(), "GOOS="+system)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for d := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct {
				ImportPath string
				Imports    []string
			}
			err := d.Decode(&p)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			path := strings.TrimPrefix(p.ImportPath, "attrmigrate/")
			packages[path] = append(packages[path], p.Imports...)
		}
	}
	for path, imports := range packages {
		packages[path] = slices.Compact(slices.Sorted(slices.Values(imports)))
	}
	return packages
}
