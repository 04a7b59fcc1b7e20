package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	signedRows = 25
	goodCalls  = 8 // updates before something happens to the clock or to the keys
)

// frontDoor stands before a sandbox, which takes any signature. As AWS does, it looks at when a call was
// signed, by a clock of its own, and with which key.
type frontDoor struct {
	*guild
	door string // its URL

	mu      sync.Mutex
	ahead   time.Duration // of its clock, before this machine's
	expired string        // the key that is not good any more
	updates int
	refused map[string]int // calls, by exception
	midway  func()         // happens after the good calls
	stale   func()         // happens when a call with the expired key comes
}

func openFrontDoor(t *testing.T) *frontDoor {
	t.Helper()
	f := &frontDoor{guild: startGuild(t, signedRows), refused: map[string]int{}, midway: func() {}, stale: func() {}}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.door = s.URL
	t.Chdir(t.TempDir())
	var input strings.Builder
	input.WriteString("username,custom:tier\n")
	for i := range signedRows {
		fmt.Fprintf(&input, "%s,gold\n", f.user(i))
	}
	if err := os.WriteFile("x.csv", []byte(input.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

// ServeHTTP implements [http.Handler].
func (f *frontDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+updateOperation) {
		if f.updates++; f.updates == goodCalls+1 {
			f.midway()
		}
	}
	now := time.Now().Add(f.ahead)
	code := f.objection(r, now)
	if code != "" {
		f.refused[code]++
	}
	f.mu.Unlock()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if code == "" {
		f.guild.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, `{"__type":%q,"message":"made up by the front door"}`, code)
}

var signedBy = regexp.MustCompile(`Credential=(\w+)/`)

// objection is the exception with which a call is refused, or "". The caller holds mu.
func (f *frontDoor) objection(r *http.Request, now time.Time) string {
	signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	key := signedBy.FindStringSubmatch(r.Header.Get("Authorization"))
	switch {
	case err != nil || key == nil:
		return "MissingAuthenticationTokenException"
	case key[1] == f.expired:
		f.stale()
		return "ExpiredTokenException"
	case signed.Before(now.Add(-5 * time.Minute)):
		return "RequestExpired"
	case signed.After(now.Add(5 * time.Minute)):
		return "InvalidSignatureException"
	default:
		return ""
	}
}

// apply applies the change set, one update after the other so that the numbers are exact.
func (f *frontDoor) apply(t *testing.T) (code int, stdout, stderr string) {
	t.Helper()
	return run(t, "apply", "--endpoint-url", f.door, "--user-pool-id", f.pool, "--rate", "off", "--workers", "1", "--no-read",
		"--yes", "--progress", "none", "x.csv")
}

// landed fails unless every user was changed exactly once, and calls were refused with that exception
// alone. It returns how many, and how many updates there were with them.
func (f *frontDoor) landed(t *testing.T, exception string) (refused, updates int) {
	t.Helper()
	times := map[string]int{}
	for _, u := range f.Log() {
		times[u.Username]++
	}
	for i := range signedRows {
		if times[f.user(i)] != 1 {
			t.Errorf("%s was changed %d times", f.user(i), times[f.user(i)])
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.refused) != 1 || f.refused[exception] == 0 {
		t.Errorf("refused: %v, want %s alone", f.refused, exception)
	}
	return f.refused[exception], f.updates
}

// TestClockSkew: where AWS's clock and this machine's are ten minutes apart, one call is refused, from
// whose answer the difference is learnt; it is made once more, and every later one is signed right.
func TestClockSkew(t *testing.T) {
	for _, tt := range []struct {
		name      string
		ahead     time.Duration // of AWS's clock
		midway    bool          // the clocks part in the middle of the run
		exception string
		updates   int // the one that is refused may be the description of the pool
	}{
		{"AWS is ahead", 10 * time.Minute, false, "RequestExpired", signedRows},
		{"AWS is behind", -10 * time.Minute, false, "InvalidSignatureException", signedRows},
		{"AWS is ahead after a while", 10 * time.Minute, true, "RequestExpired", signedRows + 1},
		{"AWS is behind after a while", -10 * time.Minute, true, "InvalidSignatureException", signedRows + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := openFrontDoor(t)
			if tt.midway {
				f.midway = func() { f.ahead = tt.ahead }
			} else {
				f.ahead = tt.ahead
			}
			if code, stdout, stderr := f.apply(t); code != 0 || !strings.Contains(stdout, "25 updated, 0 failed") {
				t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
			if refused, updates := f.landed(t, tt.exception); refused != 1 || updates != tt.updates {
				t.Errorf("%d calls refused, want 1; %d updates, want %d", refused, updates, tt.updates)
			}
		})
	}
}

// keyStores are where the program may find its keys, in a file that another program renews.
var keyStores = []struct{ name, config, keys string }{
	{"a credentials file", "",
		"[default]\naws_access_key_id = %s\naws_secret_access_key = made-up\naws_session_token = made-up\n"},
	{"a credential process", "[default]\ncredential_process = " + printer() + " %s\n",
		`{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"made-up","SessionToken":"made-up","Expiration":"2999-01-01T00:00:00Z"}`},
}

// printer is the command that prints a file.
func printer() string {
	if runtime.GOOS == "windows" {
		return "type"
	}
	return "cat"
}

// openWithKeys is openFrontDoor for a program that reads its keys from a file. They expire after the good
// calls; renew writes fresh ones.
func openWithKeys(t *testing.T, config, keys string) (f *frontDoor, renew func()) {
	t.Helper()
	withoutCredentials(t)
	f = openFrontDoor(t)
	path := filepath.Join(t.TempDir(), "keys")
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}
	write(path, fmt.Sprintf(keys, "AKIDOLD"))
	if config == "" {
		t.Setenv("AWS_SHARED_CREDENTIALS_FILE", path)
	} else {
		write(path+".config", fmt.Sprintf(config, path))
		t.Setenv("AWS_CONFIG_FILE", path+".config")
	}
	f.midway = func() { f.expired = "AKIDOLD" }
	return f, func() { write(path, fmt.Sprintf(keys, "AKIDNEW")) }
}

// TestExpiredKeys: keys that expire in the middle of a run are read again, once. If there are fresh ones,
// the run goes on; else it stops, and the same command continues with those that are there by then.
func TestExpiredKeys(t *testing.T) {
	for _, store := range keyStores {
		t.Run(store.name+", renewed", func(t *testing.T) {
			f, renew := openWithKeys(t, store.config, store.keys)
			f.stale = renew
			if code, stdout, stderr := f.apply(t); code != 0 || !strings.Contains(stdout, "25 updated, 0 failed") {
				t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
			if refused, updates := f.landed(t, "ExpiredTokenException"); refused != 1 || updates != signedRows+1 {
				t.Errorf("%d calls refused, want 1; %d updates, want %d", refused, updates, signedRows+1)
			}
		})
		t.Run(store.name+", not renewed", func(t *testing.T) {
			f, renew := openWithKeys(t, store.config, store.keys)
			const why = "the AWS credentials have expired: ExpiredTokenException: made up by the front door\n" +
				"hint: get new ones (aws sso login, or as you got these) and run the same command again\n"
			code, stdout, stderr := f.apply(t)
			if code != 4 || !strings.Contains(stderr, "attrmigrate: the service refuses the run: "+why) ||
				!strings.Contains(stdout, "8 of 25 rows finished") || !strings.Contains(stdout, "the same command continues") {
				t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
			if code, stdout, stderr = f.apply(t); code != 1 || !strings.Contains(stderr, "attrmigrate: "+why) {
				t.Errorf("with the same keys: exit code %d\n%s%s", code, stdout, stderr)
			}
			renew()
			if code, stdout, stderr = f.apply(t); code != 0 || !strings.Contains(stdout, "25 updated, 0 failed") {
				t.Errorf("with fresh keys: exit code %d\n%s%s", code, stdout, stderr)
			}
			f.landed(t, "ExpiredTokenException")
		})
	}
}
