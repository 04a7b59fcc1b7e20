package sandbox_test

import (
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"attrmigrate/internal/sandbox"
)

// foreign is a server for a client that nobody here wrote. Its clock stands still.
type foreign struct {
	*sandbox.Server
	front *httptest.Server

	mu       sync.Mutex // guards what follows
	now      time.Time
	unsigned map[string]bool // operations that were called without a signature
}

func newForeign() (*foreign, error) {
	f := &foreign{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), unsigned: map[string]bool{}}
	var err error
	if f.Server, err = sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Now: f.clock}); err != nil {
		return nil, err
	}
	f.front = httptest.NewServer(f)
	return f, nil
}

func (f *foreign) close() error {
	f.front.Close()
	return f.Close()
}

func (f *foreign) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// forward moves the clock.
func (f *foreign) forward(by string) error {
	d, err := time.ParseDuration(by)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	return err
}

// ServeHTTP notes how a request comes, and hands it on.
func (f *foreign) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") == "" {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		f.mu.Lock()
		f.unsigned[operation] = true
		f.mu.Unlock()
	}
	f.Server.ServeHTTP(w, r)
}

// withoutSignature lists the operations that were called without one.
func (f *foreign) withoutSignature() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Keys(f.unsigned)), " ")
}

// code returns the verification code that was sent last.
func (f *foreign) code() (string, error) {
	sent := f.Messages()
	if len(sent) == 0 {
		return "", errors.New("no code has been sent")
	}
	return sent[len(sent)-1].Code, nil
}

// environment is all that the client sees of the machine. Nothing in it leads to an account of
// anybody's, and what does not go to this server has nowhere to go.
func (f *foreign) environment() map[string]string {
	const nowhere = "http://127.0.0.1:9"
	return map[string]string{
		"AWS_ENDPOINT_URL":            f.front.URL,
		"AWS_DEFAULT_REGION":          "us-east-1",
		"AWS_ACCESS_KEY_ID":           "sandbox",
		"AWS_SECRET_ACCESS_KEY":       "sandbox",
		"AWS_EC2_METADATA_DISABLED":   "true",
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_PAGER":                   "",
		"TZ":                          "UTC",
		"HTTP_PROXY":                  nowhere,
		"HTTPS_PROXY":                 nowhere,
		"NO_PROXY":                    "127.0.0.1",
	}
}

// TestAWSCLI lets the AWS CLI use the server, where it is installed.
func TestAWSCLI(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the AWS CLI takes seconds")
	}
	refused := exitOfRefusal(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/awscli",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			f, err := newForeign()
			if err != nil {
				return err
			}
			env.Defer(func() {
				if err := f.close(); err != nil {
					t.Error(err)
				}
			})
			for name, value := range f.environment() {
				env.Setenv(name, value)
			}
			env.Setenv("HOME", env.WorkDir)
			env.Values[foreignKey{}] = f
			if !madeOfPython() {
				return nil
			}
			loaded, err := loadAWS(env)
			if loaded != nil {
				env.Defer(func() {
					if err := loaded.close(); err != nil {
						t.Error(err)
					}
				})
			}
			env.Values[loadedKey{}] = loaded
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"aws":      callAWS(refused),
			"save":     saveOutput,
			"code":     saveCode,
			"forward":  moveClock,
			"unsigned": checkUnsigned,
		},
	})
}

// exitOfRefusal returns the exit code with which the installed AWS CLI tells that the server
// refused a call. That of version 1 tells no more than that something failed.
func exitOfRefusal(t *testing.T) int {
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("the AWS CLI is not installed")
	}
	version, err := exec.Command("aws", "--version").CombinedOutput()
	if err != nil {
		t.Skipf("the AWS CLI does not run: %v: %s", err, version)
	}
	t.Logf("%s", version)
	if strings.HasPrefix(string(version), "aws-cli/1.") {
		return 255
	}
	return 254
}

type foreignKey struct{}

type loadedKey struct{}

func foreignOf(ts *testscript.TestScript) *foreign { return ts.Value(foreignKey{}).(*foreign) }

// aws ARGS... calls an operation of the service. With ! in front, the server has to refuse the call.
func callAWS(refused int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		want := 0
		if neg {
			want = refused
		}
		args = append([]string{"cognito-idp", "--endpoint-url", foreignOf(ts).front.URL}, args...)
		if got := exitOfAWS(ts, args); got != want {
			ts.Fatalf("the AWS CLI exits with %d, want %d", got, want)
		}
	}
}

// exitOfAWS makes a call and returns the exit code.
func exitOfAWS(ts *testscript.TestScript, args []string) int {
	if loaded, ok := ts.Value(loadedKey{}).(*loadedAWS); ok {
		return loaded.call(ts, args)
	}
	err := ts.Exec("aws", args...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

// save NAME keeps what the last command printed, without the quotation marks of JSON.
func saveOutput(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.Trim(ts.ReadFile("stdout"), "\"\r\n"))
}

// code NAME keeps the verification code that was sent last.
func saveCode(ts *testscript.TestScript, _ bool, args []string) {
	code, err := foreignOf(ts).code()
	ts.Check(err)
	ts.Setenv(args[0], code)
}

// forward DURATION moves the clock of the server.
func moveClock(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(foreignOf(ts).forward(args[0]))
}

// unsigned NAMES... holds that these operations, and no others, were called without a signature.
func checkUnsigned(ts *testscript.TestScript, _ bool, want []string) {
	if got := foreignOf(ts).withoutSignature(); got != strings.Join(want, " ") {
		ts.Fatalf("without a signature: %q, want %q", got, want)
	}
}
