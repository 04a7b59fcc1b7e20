package sandbox_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// TestBoto3 lets boto3 use the server, where it is installed. Of every step it holds the line that
// testdata/boto3/steps.py prints against steps.golden.
func TestBoto3(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("boto3 takes seconds")
	}
	f, err := newForeign()
	if err != nil {
		t.Fatal(err)
	}
	control := httptest.NewServer(f.control())
	t.Cleanup(func() {
		control.Close()
		if err := f.close(); err != nil {
			t.Error(err)
		}
	})
	environment := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "CONTROL_URL=" + control.URL}
	for name, value := range f.environment() {
		environment = append(environment, name+"="+value)
	}
	version, diagnosis, err := python(t, environment, "-c", "import boto3; print(boto3.__version__)")
	if err != nil {
		t.Skipf("python3 with boto3 is not installed: %v %s", err, diagnosis)
	}
	t.Logf("boto3 %s", version)
	want, err := os.ReadFile("testdata/boto3/steps.golden")
	if err != nil {
		t.Fatal(err)
	}
	got, diagnosis, err := python(t, environment, "testdata/boto3/steps.py")
	if err != nil {
		t.Errorf("%v: %s", err, diagnosis)
	}
	compareSteps(t, got, string(want))
}

// python runs the interpreter, which sees this environment and no other.
func python(t *testing.T, environment []string, args ...string) (output, diagnosis string, err error) {
	var out, diag bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "python3", args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = environment, &out, &diag
	err = cmd.Run()
	return out.String(), diag.String(), err
}

// control is the test's side of the server, for the script.
func (f *foreign) control() http.Handler {
	mux := http.NewServeMux()
	answer := func(name string, text func(r *http.Request) (string, error)) {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) {
			said, err := text(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			fmt.Fprint(w, said)
		})
	}
	answer("code", func(*http.Request) (string, error) { return f.code() })
	answer("forward", func(r *http.Request) (string, error) { return "", f.forward(r.FormValue("by")) })
	answer("quotas", func(*http.Request) (string, error) { f.SetQuotas(sandbox.Quotas{}); return "", nil })
	answer("unsigned", func(*http.Request) (string, error) { return f.withoutSignature(), nil })
	return mux
}

// compareSteps names the first step that came out otherwise, and shows them all.
func compareSteps(t *testing.T, got, want string) {
	t.Helper()
	have, golden := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i, line := range golden {
		if i == len(have) || have[i] != line {
			t.Fatalf("steps.golden:%d is %q; the steps came out as\n%s", i+1, line, got)
		}
	}
	if len(have) > len(golden) {
		t.Fatalf("steps.golden ends before the steps, which came out as\n%s", got)
	}
}
