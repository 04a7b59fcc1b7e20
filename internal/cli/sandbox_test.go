package cli

import (
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/sandbox"
)

// TestQuota: a quota of updates brings along that of the reads before them, of the sign-ins and of codes.
func TestQuota(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want sandbox.Quotas
	}{
		{"more than AWS's", []string{"100"},
			sandbox.Quotas{UserUpdate: 100, UserRead: 480, UserList: 120, UserAuthentication: 480, UserResourceRead: 200}},
		{"less than AWS's", []string{"5"},
			sandbox.Quotas{UserUpdate: 5, UserRead: 120, UserList: 30, UserAuthentication: 120, UserResourceRead: 50}},
		{"a category that was given", []string{"UserRead=7", "UserAuthentication=8", "100"},
			sandbox.Quotas{UserUpdate: 100, UserRead: 7, UserList: 120, UserAuthentication: 8, UserResourceRead: 200}},
		{"a category given later", []string{"100", "UserRead=off", "UserResourceRead=9"},
			sandbox.Quotas{UserUpdate: 100, UserRead: sandbox.Off, UserList: 120, UserAuthentication: 480, UserResourceRead: 9}},
		{"one category alone", []string{"UserUpdate=100"}, sandbox.Quotas{UserUpdate: 100}},
		{"the categories of tokens and clients",
			[]string{"UserAuthentication=1", "UserAccountRecovery=2", "UserResourceRead=3", "UserPoolClientRead=4", "UserPoolClientUpdate=0.5"},
			sandbox.Quotas{UserAuthentication: 1, UserAccountRecovery: 2, UserResourceRead: 3, UserPoolClientRead: 4, UserPoolClientUpdate: 0.5}},
		{"the other categories",
			[]string{"UserList=1", "UserCreation=2", "UserPoolRead=3", "UserPoolUpdate=4", "PerUserRead=5", "PerUserWrite=off"},
			sandbox.Quotas{UserList: 1, UserCreation: 2, UserPoolRead: 3, UserPoolUpdate: 4, PerUserRead: 5, PerUserWrite: sandbox.Off}},
		{"none", []string{"off"}, sandbox.NoQuotas()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got sandbox.Quotas
			for _, arg := range tt.args {
				if err := quota(&got).Set(arg); err != nil {
					t.Fatal(err)
				}
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestFaultKinds: every kind of fault sets its own probability, and no other.
func TestFaultKinds(t *testing.T) {
	for _, tt := range []struct {
		kind string
		of   func(*sandbox.Faults) *float64
	}{
		{"throttle", func(f *sandbox.Faults) *float64 { return &f.Throttle }},
		{"internal", func(f *sandbox.Faults) *float64 { return &f.Internal }},
		{"lambda", func(f *sandbox.Faults) *float64 { return &f.Lambda }},
		{"user-lambda", func(f *sandbox.Faults) *float64 { return &f.UserLambda }},
		{"access-denied", func(f *sandbox.Faults) *float64 { return &f.AccessDenied }},
		{"expired-token", func(f *sandbox.Faults) *float64 { return &f.ExpiredToken }},
		{"drop-before", func(f *sandbox.Faults) *float64 { return &f.DropBefore }},
		{"drop-after", func(f *sandbox.Faults) *float64 { return &f.DropAfter }},
		{"hang", func(f *sandbox.Faults) *float64 { return &f.Hang }},
		{"trigger-throws", func(f *sandbox.Faults) *float64 { return &f.TriggerThrows }},
		{"trigger-timeout", func(f *sandbox.Faults) *float64 { return &f.TriggerTimeout }},
		{"trigger-garbage", func(f *sandbox.Faults) *float64 { return &f.TriggerGarbage }},
		{"undeliverable", func(f *sandbox.Faults) *float64 { return &f.Undeliverable }},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			var f sandbox.Faults
			if err := fault(&f).Set(tt.kind + "=0.25"); err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for _, p := range f.ByKind() {
				sum += *p
			}
			if got := *tt.of(&f); got != 0.25 || sum != 0.25 {
				t.Errorf("the probability is %v, that of all kinds %v", got, sum)
			}
		})
	}
}

func TestListFault(t *testing.T) {
	for _, tt := range []struct {
		arg  string
		want sandbox.Faults
		err  string
	}{
		{"refuse", sandbox.Faults{List: sandbox.RefusedPrefix}, ""},
		{"ignore", sandbox.Faults{List: sandbox.IgnoredPrefix}, ""},
		{"lose", sandbox.Faults{List: sandbox.LostUser}, ""},
		{"lose=user-00042", sandbox.Faults{List: sandbox.LostUser, ListUser: "user-00042"}, ""},
		{"twice=a=b", sandbox.Faults{List: sandbox.RepeatedUser, ListUser: "a=b"}, ""},
		{"stray", sandbox.Faults{List: sandbox.StrayUser}, ""},
		{"lost", sandbox.Faults{}, "lost is no fault of lists: want one of ignore, lose, refuse, stray, twice"},
		{"", sandbox.Faults{}, " is no fault of lists: want one of ignore, lose, refuse, stray, twice"},
		{"lose=", sandbox.Faults{}, "want a username behind the ="},
		{"refuse=ann", sandbox.Faults{}, "refuse is about every user: want no username"},
	} {
		t.Run(tt.arg, func(t *testing.T) {
			var got sandbox.Faults
			err := listFault(&got).Set(tt.arg)
			if said := textOf(err); got.List != tt.want.List || got.ListUser != tt.want.ListUser || said != tt.err {
				t.Errorf("got %s, %s, %q; want %s, %s, %q", got.List, got.ListUser, said, tt.want.List, tt.want.ListUser, tt.err)
			}
		})
	}
	for kind := range sandbox.ListFaults() {
		err := listFault(new(sandbox.Faults)).Set(string(kind))
		if offered := textOf(listFault(new(sandbox.Faults)).Set("?")); err != nil || !strings.Contains(offered, string(kind)) {
			t.Errorf("%s: %v; offered: %s", kind, err, offered)
		}
	}
}

func TestTokenExpiry(t *testing.T) {
	const refused = "want a duration from 1s to 24h, or a negative one"
	for _, tt := range []struct {
		name, arg string
		want      time.Duration
		err       string
	}{
		{"shorter than AWS allows", "1s", time.Second, ""},
		{"a day", "24h", 24 * time.Hour, ""},
		{"expired long ago", "-48h", -48 * time.Hour, ""},
		{"none", "0s", 0, refused},
		{"less than a second", "500ms", 0, refused},
		{"expired for less than a second", "-1ms", 0, refused},
		{"longer than AWS's", "24h1s", 0, refused},
		{"no unit", "60", 0, refused},
		{"nothing", "", 0, refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got time.Duration
			err := tokenExpiry(&got)(tt.arg)
			if said := textOf(err); got != tt.want || said != tt.err {
				t.Errorf("got %s, %q; want %s, %q", got, said, tt.want, tt.err)
			}
		})
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestUnusedBesideAnError: a flag that the journal has made good already is named also where the start is refused,
// for the hint may name that very flag.
func TestUnusedBesideAnError(t *testing.T) {
	t.Chdir(t.TempDir())
	server, err := sandbox.New(sandbox.Config{Journal: "state.jsonl", LogSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.CreatePool([]byte(`{"PoolName":"nobody is in it"}`)); err != nil {
		t.Fatal(err)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	code := Run([]string{"sandbox", "--users", "9", "--tokens", "tokens.csv", "--journal", "state.jsonl"}, System{Stdout: io.Discard, Stderr: &told})
	const want = "watch    not used, since state.jsonl has a pool already: --users\n" +
		"attrmigrate: --tokens is for users, and there are none\nhint: --users 100 makes some\n"
	if code != exitUsage || told.String() != want {
		t.Errorf("%d:\n%s\nwant\n%s", code, told.String(), want)
	}
}

// TestSandboxIsReached: who serves beyond this machine is told where, by the port that the sandbox got.
func TestSandboxIsReached(t *testing.T) {
	const unlike = " can change these users: requests are not authenticated\n"
	for _, test := range []struct{ name, addr, address, want string }{
		{"any port", "0.0.0.0:0", "http://[::]:40123", "watch    anyone who reaches 0.0.0.0:40123" + unlike},
		{"a port", "192.0.2.1:8080", "http://192.0.2.1:8080", "watch    anyone who reaches 192.0.2.1:8080" + unlike},
		{"IPv6", "[::]:0", "http://[::]:40123", "watch    anyone who reaches [::]:40123" + unlike},
		{"loopback", "127.0.0.1:0", "http://127.0.0.1:40123", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var told strings.Builder
			sandboxOptions{addr: test.addr}.warn(&told, nil, test.address)
			if told.String() != test.want {
				t.Errorf("told %q, want %q", &told, test.want)
			}
		})
	}
}

// TestSandboxListsItsOperations holds the help and the page against the operations that there are.
func TestSandboxListsItsOperations(t *testing.T) {
	page, err := os.ReadFile("../../docs/rehearsing.md")
	if err != nil {
		t.Fatal(err)
	}
	help := newSandbox(System{}).Long
	words := regexp.MustCompile(`\b[A-Z][A-Za-z]+\b`)
	for where, text := range map[string]string{"the help": help, "docs/rehearsing.md": string(page)} {
		for _, operation := range sandbox.Operations() {
			if !slices.Contains(words.FindAllString(text, -1), operation) {
				t.Errorf("%s does not name %s", where, operation)
			}
		}
	}
	for category := range new(sandbox.Quotas).ByCategory() {
		if !strings.Contains(help, category) {
			t.Errorf("the help does not name the category %s", category)
		}
	}
}
