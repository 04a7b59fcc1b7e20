package e2e

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"attrmigrate/internal/sandbox"
)

// The scenarios are a second opinion: each is played against the sandbox and against cognito-local, an
// emulator of Cognito that others wrote. Where the two don't agree, and cognito-local isn't known to
// differ from AWS, the sandbox is wrong, or the program.

// emulatorVariable names the endpoint of a running cognito-local 5.3.0 whose pools have plain usernames,
// unless they are asked for others. make test-emulator starts one.
const emulatorVariable = "COGNITO_LOCAL_URL"

// difference is something that cognito-local does otherwise than AWS, which is named with its source: a
// page of the API reference, but for one of the developer guide.
type difference struct{ name, local, aws string }

// differences are those that the scenarios meet. A step that meets one names it, and says how it ends with
// cognito-local, so that a difference which is gone is found.
var differences = []difference{
	{"alias", "an alias names nobody",
		"a user is named by username, alias or sub (AdminGetUser: Username)"},
	{"case", "usernames are compared with their case",
		"a pool that is not CaseSensitive ignores it (UsernameConfigurationType)"},
	{"destination", "an answer shows the whole address that a code went to",
		"it is masked: u***@e*** (UpdateUserAttributes: Examples)"},
	{"developer attribute", "it is named as other custom attributes are",
		"its name begins with dev: (SchemaAttributeType: Name)"},
	{"first address", "in a pool that sends codes, the first address of a user is written and yet answered with InvalidParameterException",
		"it is written, and a code is sent to it (developer guide: Signing up users)"},
	{"flag alone", "email_verified without email is an InvalidParameterException",
		"an administrator marks an address as verified by it (AdminUpdateUserAttributes)"},
	{"nobody", "updating nobody is a NotAuthorizedException",
		"it is a UserNotFoundException (AdminUpdateUserAttributes: Errors)"},
	{"pending address", "an administrator's new address counts at once in every pool, and DescribeUserPool tells of no other rule",
		"where the pool requires it, the address waits until its user has verified it (UserAttributeUpdateSettingsType)"},
	{"quotation mark", "a filter finds no value with a quotation mark in it",
		"a backslash stands before it in a filter (ListUsers: Filter)"},
	{"read permission", "GetUser shows all attributes",
		"it shows those in the ReadAttributes of the token's app client (CreateUserPoolClient)"},
	{"shared address", "two users have one address for a username",
		"it is unique: AliasExistsException (AdminUpdateUserAttributes: Errors)"},
	{"signature", "a token is taken that the pool did not sign",
		"it is a NotAuthorizedException (UpdateUserAttributes: Errors)"},
	{"write permission", "a token writes all attributes",
		"it writes those in the WriteAttributes of its app client (CreateUserPoolClient)"},
}

// TestEmulator plays what an administrator does.
func TestEmulator(t *testing.T) { playAll(t, adminScenarios()) }

// playAll plays scenarios against the sandbox and, where there is one, against cognito-local.
func playAll(t *testing.T, scenarios []scenario) {
	if testing.Short() {
		t.Skip("each scenario starts the program")
	}
	t.Run("sandbox", func(t *testing.T) {
		for _, s := range scenarios {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				play(t, s, startBareSandbox(t), nil)
			})
		}
	})
	t.Run("cognito-local", func(t *testing.T) {
		url := os.Getenv(emulatorVariable)
		if url == "" {
			t.Skipf("%s is not set: make test-emulator starts cognito-local and sets it", emulatorVariable)
		}
		passed := &passedOver{scenarios: map[string][]string{}}
		t.Cleanup(func() { passed.tell(t) })
		for _, s := range scenarios {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				play(t, s, url, passed)
			})
		}
	})
}

// startBareSandbox starts a sandbox without pools and returns its URL.
func startBareSandbox(t *testing.T) string {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// passedOver collects the differences that were met, with the scenarios.
type passedOver struct {
	mu        sync.Mutex
	scenarios map[string][]string
}

func (p *passedOver) add(difference, scenario string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.scenarios[difference], scenario) {
		p.scenarios[difference] = append(p.scenarios[difference], scenario)
	}
}

// tell lists what was passed over.
func (p *passedOver) tell(t *testing.T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range differences {
		if where := p.scenarios[d.name]; len(where) > 0 {
			slices.Sort(where)
			t.Logf("passed over: %s (in: %s)\n\tcognito-local: %s\n\tAWS: %s", d.name, strings.Join(where, "; "), d.local, d.aws)
		}
	}
}

// TestDifferences: the table and the scenarios name the same differences.
func TestDifferences(t *testing.T) {
	met := map[string]bool{}
	for _, s := range slices.Concat(adminScenarios(), userScenarios()) {
		for _, step := range s.steps {
			met[step.unlike] = true
		}
	}
	delete(met, "")
	for _, d := range differences {
		if !met[d.name] {
			t.Errorf("no scenario meets %q", d.name)
		}
		delete(met, d.name)
	}
	for name := range met {
		t.Errorf("a scenario meets %q, which is not in the table", name)
	}
}
