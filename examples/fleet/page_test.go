package fleet

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

// bucket is what the page calls its bucket; the tests have a directory in its place.
const bucket = "s3://attrmigrate-fleet/"

// aws stands for the AWS CLI: it notes its arguments. Where a job is submitted it is the engine: it runs the command of the
// container once for each index, as the engine would say it.
const aws = `#!/bin/sh
jq -nc '$ARGS.positional' --args -- "$@" >>"$NOTES"
each() { # COUNT VARIABLE COMMAND
	eval "set -- $1 $2 $(printf '%s' "$3" | jq -r '.command | @sh')"
	count=$1 variable=$2
	shift 2
	i=0
	while [ "$i" -lt "$count" ]; do
		env "$variable=$i" attrmigrate "$@" >&2 || exit
		i=$((i + 1))
	done
}
called="$1 $2" from=$3 to=$4
for word in "$@"; do
	case $option in
		--array-properties) size=${word#size=} ;;
		--container-overrides) overrides=$word ;;
		--input) input=$word ;;
	esac
	option=$word
done
case $called in
	's3 cp') cp "$from" "$to" ;;
	'batch submit-job') each "$size" AWS_BATCH_JOB_ARRAY_INDEX "$overrides" ;;
	'stepfunctions start-execution') each "$(printf '%s' "$input" | jq .indexes)" JOB_COMPLETION_INDEX "$input" ;;
esac
`

// sbatch stands for Slurm's: it runs the script once for each index.
const sbatch = `#!/bin/sh
last=${1#--array=0-}
shift
for i in $(seq 0 "$last"); do
	SLURM_ARRAY_JOB_ID=1 SLURM_ARRAY_TASK_ID=$i bash "$@" >&2 || exit
done
`

// typist is somebody who types the page into a shell, in a copy of this directory, with a sandbox in place of AWS.
type typist struct {
	server *sandbox.Server
	dir    string
	env    []string
	hold   chan struct{} // closed: the last update of the first pool may be answered
}

// target is a row of targets.csv.
type target struct{ name, pool string }

// team is how many users each pool has.
const team = 5

func newTypist(t *testing.T) (*typist, []target) {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	p := &typist{server: server, dir: t.TempDir(), hold: make(chan struct{})}
	if err := os.CopyFS(p.dir, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(strings.ReplaceAll(read(t, "targets.csv"), bucket, "")), "\n")
	p.write(t, "targets.csv", strings.Join(rows, "\n")+"\n", 0o600)
	var targets []target
	for _, row := range rows[1:] {
		cells := strings.Split(row, ",")
		targets = append(targets, target{cells[0], cells[1]})
		account := strings.Split(cells[2], ":")[4]
		region, _, _ := strings.Cut(cells[1], "_")
		document := fmt.Sprintf(`{"UserPool": {"Id": %q, "Name": %q, "Arn": "arn:aws:cognito-idp:%s:%s:userpool/%[1]s",
			"SchemaAttributes": [{"Name": "custom:tier", "AttributeDataType": "String"}]}}`, cells[1], cells[0], region, account)
		if _, err := server.CreatePool([]byte(document)); err != nil {
			t.Fatal(err)
		}
		changes := "username,custom:tier\n"
		for i := range team {
			name := fmt.Sprintf("%s-%d", cells[0], i)
			if err := server.CreateUser(cells[1], sandbox.User{Username: name, Attributes: map[string]string{"custom:tier": "basic"}}); err != nil {
				t.Fatal(err)
			}
			changes += name + ",gold\n"
		}
		p.write(t, cells[4], changes, 0o600)
	}
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, "bin/aws", aws, 0o700)
	p.write(t, "bin/sbatch", sbatch, 0o700)
	p.write(t, "bin/squeue", "#!/bin/sh\n", 0o700)
	p.env = []string{"HOME=" + p.dir, "PATH=" + filepath.Join(p.dir, "bin") + ":" + os.Getenv("PATH"), "NOTES=" + filepath.Join(p.dir, "notes"),
		"AWS_ENDPOINT_URL=" + url, "AWS_REGION=us-east-1"}
	for name, value := range harness.Environment() {
		p.env = append(p.env, name+"="+value)
	}
	return p, targets
}

func (p *typist) write(t *testing.T, name, content string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

var (
	heading = regexp.MustCompile(`(?m)^## (?:\d+\. )?(.*)$`)
	fence   = regexp.MustCompile("(?ms)^```\n(.*?)^```$")
)

// section is what stands as code in a section of the page.
func section(t *testing.T, name string) string {
	t.Helper()
	page := strings.ReplaceAll(read(t, "README.md"), bucket, "")
	at := heading.FindAllStringSubmatchIndex(page, -1)
	for i, m := range at {
		if page[m[2]:m[3]] != name {
			continue
		}
		end := len(page)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		code := ""
		for _, block := range fence.FindAllStringSubmatch(page[m[0]:end], -1) {
			code += block[1]
		}
		if code != "" {
			return code
		}
	}
	t.Fatalf("the page has no commands in a section %q", name)
	return ""
}

// begin types a section, and does not wait.
func (p *typist) begin(t *testing.T, name string) (wait func() string) {
	t.Helper()
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", section(t, name))
	cmd.Dir, cmd.Env = p.dir, p.env
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() string {
		t.Helper()
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, &out)
		}
		return out.String()
	}
}

// types types a section, and gives what is printed.
func (p *typist) types(t *testing.T, name string) string {
	t.Helper()
	return p.begin(t, name)()
}

// check wants all users to have a tier.
func (p *typist) check(t *testing.T, when string, targets []target, tier string) {
	t.Helper()
	for _, target := range targets {
		n := 0
		for u := range p.server.Users(target.pool) {
			n++
			if u.Attributes["custom:tier"] != tier {
				t.Errorf("%s %s has the tier %q, want %s", when, u.Username, u.Attributes["custom:tier"], tier)
			}
		}
		if n != team {
			t.Errorf("%s has %d users", target.name, n)
		}
	}
}

// TestPage types the page: roles, targets, plan, apply, watched while it goes on, the report, and all of it taken back.
func TestPage(t *testing.T) {
	needShell(t)
	t.Parallel()
	p, targets := newTypist(t)
	p.server.SetFaults(sandbox.Faults{Hook: func(op, user string) *sandbox.Fault {
		if op == "AdminUpdateUserAttributes" && user == fmt.Sprintf("%s-%d", targets[0].name, team-1) {
			<-p.hold
		}
		return nil
	}})
	p.types(t, "Roles")
	if out := p.types(t, "The file of targets"); !strings.Contains(out, "\n3\n") {
		t.Errorf("three indexes were expected\n%s", out)
	}
	p.types(t, "Plan")
	p.check(t, "planned,", targets, "basic")

	applied := p.begin(t, "Apply")
	harness.Until(t, "the first pool is at work", func() (bool, string) {
		_, err := os.Stat(filepath.Join(p.dir, "loyalty", targets[0].name+".run", "control.sock"))
		return err == nil && len(p.server.Log()) > team, fmt.Sprint(err)
	})
	watched := p.types(t, "Watch, and steer")
	close(p.hold)
	applied()
	for _, target := range targets {
		if !strings.Contains(watched, target.name) {
			t.Errorf("status says nothing of %s\n%s", target.name, watched)
		}
	}
	p.check(t, "applied,", targets, "gold")

	p.types(t, "Report")
	page, err := os.ReadFile(filepath.Join(p.dir, "all.html"))
	for _, target := range targets {
		if err != nil || !strings.Contains(string(page), target.name) {
			t.Errorf("the report has no %s: %v", target.name, err)
		}
	}
	p.types(t, "Take it all back")
	p.check(t, "taken back,", targets, "basic")
	if n := len(p.server.Log()); n != 2*team*len(targets) {
		t.Errorf("%d updates were accepted, want one of each user there, and one back", n)
	}
	p.asksCLI(t, 3)
}

// TestUndoTargets: however a file of targets calls its runs, the one that takes them back finds what they left.
func TestUndoTargets(t *testing.T) {
	needShell(t)
	recipe, _, _ := strings.Cut(section(t, "Take it all back"), "attrmigrate targets")
	for _, test := range []struct{ name, targets, want string }{
		{"a directory", "name,input,run_dir,rate\neu,eu.csv,runs/eu.run,20\n", "name,input,run_dir,rate\neu,runs/eu.run/undo.jsonl,runs/eu.run.undo,20\n"},
		{"a prefix with a slash", "name,input,run_dir\neu,eu.csv,s3://runs/eu/\n", "name,input,run_dir\neu,s3://runs/eu/undo.jsonl,s3://runs/eu.undo\n"},
		{"by its name", "run_dir,name,input\n,eu,eu.csv\n", "run_dir,name,input\neu.run.undo,eu,eu.run/undo.jsonl\n"},
		{"all by their names", "name,input\neu,eu.csv\n", "name,input,run_dir\neu,eu.run/undo.jsonl,eu.run.undo\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &typist{dir: t.TempDir()}
			p.write(t, "targets.csv", test.targets, 0o600)
			cmd := exec.Command("bash", "-euo", "pipefail", "-c", recipe)
			cmd.Dir = p.dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if got := read(t, filepath.Join(p.dir, "undo.csv")); got != test.want {
				t.Errorf("it is\n%swant\n%s", got, test.want)
			}
		})
	}
}

// TestEngines types the section of each engine, with one that runs its command for each index.
func TestEngines(t *testing.T) {
	needShell(t)
	for name, calls := range map[string]int{"Slurm": 0, "AWS Batch": 3, "Step Functions": 6} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, targets := newTypist(t)
			p.types(t, name)
			p.check(t, "in the end", targets, "gold")
			p.asksCLI(t, calls)
		})
	}
}

// asksCLI wants so many calls of the AWS CLI. Where make test-examples asks for that, the CLI itself makes them, to a port where
// nobody listens: who gets as far as that has looked at every parameter and file.
func (p *typist) asksCLI(t *testing.T, calls int) {
	t.Helper()
	notes, _ := os.ReadFile(filepath.Join(p.dir, "notes"))
	if n := strings.Count(string(notes), "\n"); n != calls {
		t.Errorf("the AWS CLI was called %d times, want %d\n%s", n, calls, notes)
	}
	if _, err := exec.LookPath("aws"); err != nil || os.Getenv("ASL_VALIDATOR") == "" {
		return
	}
	for line := range strings.Lines(string(notes)) {
		var args []string
		if err := json.Unmarshal([]byte(line), &args); err != nil {
			t.Fatal(err)
		}
		if args[0] == "s3" { // here the page's bucket is a directory
			continue
		}
		cmd := exec.Command("aws", append(args, "--endpoint-url", "http://127.0.0.1:1")...)
		cmd.Dir = p.dir
		cmd.Env = slices.Concat(os.Environ(), []string{"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1",
			"AWS_ACCESS_KEY_ID=sandbox", "AWS_SECRET_ACCESS_KEY=sandbox", "AWS_EC2_METADATA_DISABLED=true"})
		out, _ := cmd.CombinedOutput()
		if !strings.Contains(string(out), "Could not connect to the endpoint URL") {
			t.Errorf("aws %s\n%s", strings.Join(args, " "), out)
		}
	}
}

func needShell(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("the program is started forty times")
	}
	for _, program := range []string{"bash", "jq", "awk", "xargs", "seq"} {
		if _, err := exec.LookPath(program); err != nil || runtime.GOOS == "windows" {
			t.Skipf("there is no %s", program)
		}
	}
}
