// Package fleet holds the manifests and scripts of this directory, and its page, against the program and against what is
// known of the engines without them. The folders below have tests of their own.
package fleet

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// files are those of this directory and below, with one of some endings.
func files(t *testing.T, endings ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains(endings, filepath.Ext(path)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("no files %v: %v", endings, err)
	}
	return found
}

// TestJSON reads every JSON file, and wants no name twice in an object: the second would win, unseen.
func TestJSON(t *testing.T) {
	for _, path := range files(t, ".json") {
		d := json.NewDecoder(strings.NewReader(read(t, path)))
		if err := once(d); err != nil || d.More() {
			t.Errorf("%s: %v, or something behind it", path, err)
		}
	}
}

// once reads a value whose objects have each name once.
func once(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	delim, _ := token.(json.Delim)
	names := map[string]bool{}
	for (delim == '{' || delim == '[') && d.More() {
		if delim == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if names[name.(string)] {
				return fs.ErrExist
			}
			names[name.(string)] = true
		}
		if err := once(d); err != nil {
			return err
		}
	}
	if delim == '{' || delim == '[' {
		_, err = d.Token()
	}
	return err
}

// TestScripts has bash read the scripts, and shellcheck look at them, where they are.
func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("they are scripts of a Unix shell")
	}
	scripts := files(t, ".sh", ".sbatch")
	for _, checker := range [][]string{{"bash", "-n"}, {"shellcheck"}} {
		if _, err := exec.LookPath(checker[0]); err != nil {
			t.Logf("there is no %s", checker[0])
			continue
		}
		for _, script := range scripts {
			if out, err := exec.Command(checker[0], append(checker[1:], script)...).CombinedOutput(); err != nil {
				t.Errorf("%s %s: %v\n%s", checker[0], script, err, out)
			}
		}
	}
}

// TestShapes holds what is sent to AWS against the model of its API, where botocore is there.
func TestShapes(t *testing.T) {
	if os.Getenv("ASL_VALIDATOR") == "" {
		t.Skip("make test-examples runs it: botocore takes seconds to read its models")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	dir := t.TempDir()
	path := func(name string, content any) string {
		data, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	task := at(t, "stepfunctions/state-machine.json", "States", "Each index", "ItemProcessor", "States", "Start", "Branches", 0,
		"States", "Run", "Parameters")
	fill(task)
	requests := []string{
		"batch", "RegisterJobDefinition", "batch/job-definition.json",
		"ecs", "RegisterTaskDefinition", "stepfunctions/task-definition.json",
		"ecs", "RunTask", path("run-task.json", lower(task)),
	}
	wrong := at(t, "batch/job-definition.json").(map[string]any)
	wrong["retryStrategies"] = wrong["retryStrategy"] // it does look
	requests = append(requests, "batch", "RegisterJobDefinition", path("wrong.json", wrong))
	out, err := exec.Command(python, append([]string{"testdata/shapes.py"}, requests...)...).CombinedOutput()
	if strings.Contains(string(out), "No module named 'botocore'") {
		t.Skip("python3 has no botocore (Debian: python3-botocore)")
	}
	said := strings.TrimSpace(string(out))
	if want := `wrong.json: Unknown parameter in input: "retryStrategies"`; err != nil || !strings.Contains(said, want) || strings.Contains(said, "\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// at is a value of a JSON file.
func at(t *testing.T, path string, keys ...any) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(read(t, path)), &value); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		switch key := key.(type) {
		case string:
			value = value.(map[string]any)[key]
		case int:
			value = value.([]any)[key]
		}
		if value == nil {
			t.Fatalf("%s has no %v", path, keys)
		}
	}
	return value
}

// fill puts something in the place of what a state fills in.
func fill(value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, v := range value {
			fill(v)
			if name, filled := strings.CutSuffix(key, ".$"); filled {
				delete(value, key)
				value[name] = map[string]any{"Command": []any{"apply"}, "Value": "7"}[name]
			}
		}
	case []any:
		for _, v := range value {
			fill(v)
		}
	}
}

// lower is a request as the API has it: Step Functions wants its names with capitals.
func lower(value any) any {
	switch value := value.(type) {
	case map[string]any:
		lowered := map[string]any{}
		for key, v := range value {
			lowered[strings.ToLower(key[:1])+key[1:]] = lower(v)
		}
		return lowered
	case []any:
		for i := range value {
			value[i] = lower(value[i])
		}
	}
	return value
}

// TestTargetRole: the role of each account has the actions of the policies for plan and for apply, and no more; who may
// take it has to know the external id.
func TestTargetRole(t *testing.T) {
	const document = "iam/target-role.json"
	var want []string
	for _, policy := range []string{"iam-policy-plan.json", "iam-policy-apply.json"} {
		for _, action := range at(t, filepath.Join("..", "scheduled", policy), "Statement", 0, "Action").([]any) {
			want = append(want, action.(string))
		}
	}
	var got []string
	for _, action := range at(t, document, "Resources", "Role", "Properties", "Policies", 0, "PolicyDocument", "Statement", 0, "Action").([]any) {
		got = append(got, action.(string))
	}
	slices.Sort(want)
	slices.Sort(got)
	if want = slices.Compact(want); !slices.Equal(got, want) {
		t.Errorf("the role may %v, want %v", got, want)
	}
	at(t, document, "Resources", "Role", "Properties", "AssumeRolePolicyDocument", "Statement", 0, "Condition", "StringEquals", "sts:ExternalId", "Ref")
	name := at(t, document, "Resources", "Role", "Properties", "RoleName").(string)
	if may := at(t, "iam/fleet-policy.json", "Statement", 0, "Resource"); may != "arn:aws:iam::*:role/"+name {
		t.Errorf("the jobs may take %v, and the role is %s", may, name)
	}
}

// TestNames: roles, definitions and buckets have the same names wherever they stand.
func TestNames(t *testing.T) {
	role := at(t, "batch/job-definition.json", "containerProperties", "jobRoleArn")
	if other := at(t, "stepfunctions/task-definition.json", "taskRoleArn"); role != other {
		t.Errorf("jobs of Batch run as %v, tasks of ECS as %v", role, other)
	}
	family := at(t, "stepfunctions/task-definition.json", "family").(string)
	run := at(t, "stepfunctions/state-machine.json", "States", "Each index", "ItemProcessor", "States", "Start", "Branches", 0, "States", "Run",
		"Parameters", "TaskDefinition").(string)
	if may := at(t, "stepfunctions/states-policy.json", "Statement", 0, "Resource"); may != run+":*" || !strings.HasSuffix(run, "/"+family) {
		t.Errorf("the machine runs %s and may run %v; the family is %s", run, may, family)
	}
	if name := at(t, "batch/job-definition.json", "jobDefinitionName").(string); !strings.Contains(read(t, "batch/submit.sh"), "--job-definition "+name+" ") {
		t.Errorf("submit.sh submits no %s", name)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
