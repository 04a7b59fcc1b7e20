package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"attrmigrate/internal/cli"
	"attrmigrate/internal/sandbox"
)

// TestDamage flips bits in every file of a run that was stopped in its middle, cuts each off at many lengths
// and takes it away, and gives the same command again. It is refused, with what to do, before anything is
// sent, or it goes on where the run stood, to the right end. It never begins anew. DAMAGE=all takes each
// byte of each file in turn.
func TestDamage(t *testing.T) {
	if testing.Short() {
		t.Skip("a run is started for each damage")
	}
	t.Parallel()
	const refused, goesOn = "refused", "goes on"
	for _, tt := range []struct {
		name, input, text string
		files             map[string]string // what becomes of the run
	}{
		{"csv", "x.csv", "username,custom:tier\n" + damageLines("%s,gold\n"), map[string]string{
			"checkpoint.json": refused, "errors.csv": refused, "applied.csv": refused, "undo.jsonl": refused,
			"lock": goesOn, "summary.json": goesOn,
		}},
		{"jsonl", "x.jsonl", damageLines(`{"username":%q,"attributes":{"custom:tier":"gold"}}` + "\n"), map[string]string{"errors.jsonl": refused}},
		{"standard input", "-", "username,custom:tier\n" + damageLines("%s,gold\n"), map[string]string{"stdin.csv": goesOn}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDamaged(t, tt.input, tt.text)
			for file, wants := range tt.files {
				d.spoil(file, wants)
			}
			t.Logf("%d starts: %d refused, %d went on", d.refused+d.wentOn, d.refused, d.wentOn)
		})
	}
}

const (
	damageRows  = 12
	damageLimit = 6 // records of the first start
)

// damageLines are the records, in a format; one names nobody.
func damageLines(format string) string {
	var b strings.Builder
	for i := range damageRows {
		name := fmt.Sprintf("user-%05d", i)
		if i == 2 {
			name = "nobody"
		}
		fmt.Fprintf(&b, format, name)
	}
	return b.String()
}

// damaged is a run that is damaged again and again.
type damaged struct {
	*testing.T
	input, text string
	dir         string // of the run
	url, pool   string
	service     atomic.Pointer[sandbox.Server] // the one that answers at url
	files       map[string]string              // as the first start left them
	refused     int
	wentOn      int
}

func newDamaged(t *testing.T, input, text string) *damaged {
	d := &damaged{T: t, input: input, text: text, dir: filepath.Join(t.TempDir(), "d.run"), files: map[string]string{}}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.service.Load().ServeHTTP(w, r) }))
	t.Cleanup(front.Close)
	d.url = front.URL
	d.freshPool()
	if input != "-" {
		d.input = filepath.Join(filepath.Dir(d.dir), input)
		write(t, d.input, text)
	}
	if code, text := d.start("--limit", fmt.Sprint(damageLimit)); code != 4 {
		t.Fatalf("the first start: exit code %d\n%s", code, text)
	}
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(d.dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		d.files[e.Name()] = string(content)
	}
	return d
}

// freshPool gives the service a pool in which nothing has changed yet.
func (d *damaged) freshPool() {
	d.Helper()
	s, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		d.Fatal(err)
	}
	d.pool = furnish(d.T, s, damageRows)
	if old := d.service.Swap(s); old != nil {
		_ = old.Close()
	}
}

func (d *damaged) start(more ...string) (code int, text string) {
	args := []string{"apply", "--endpoint-url", d.url, "--user-pool-id", d.pool, "--yes", "--rate", "off", "--workers", "1",
		"--max-failures", "100%", "--run-dir", d.dir, "--progress", "none"}
	var out, errs strings.Builder
	code = cli.Run(append(append(args, more...), d.input), cli.System{Stdin: strings.NewReader(d.text), Stdout: &out, Stderr: &errs})
	return code, errs.String()
}

// spoil damages one of the files in many ways.
func (d *damaged) spoil(file, wants string) {
	whole, ok := d.files[file]
	if !ok {
		d.Fatalf("the run has no %s", file)
	}
	flips, cuts := 10, 4
	if os.Getenv("DAMAGE") == "all" {
		flips, cuts = len(whole), len(whole)
	}
	for i := range flips {
		at := i * len(whole) / flips
		flipped := []byte(whole)
		flipped[at] ^= 1 << (at % 8)
		d.try(fmt.Sprintf("%s: byte %d flipped", file, at), file, string(flipped), wants)
	}
	for i := range cuts {
		at := i * len(whole) / cuts
		d.try(fmt.Sprintf("%s: cut off at %d", file, at), file, whole[:at], wants)
	}
	d.try(fmt.Sprintf("%s: its last byte gone", file), file, whole[:len(whole)-1], wants)
	d.try(file+": gone", file, "", wants)
}

// try gives the same command with one file as it is given; gone says that it is not there at all.
func (d *damaged) try(what, file, content, wants string) {
	d.Helper()
	d.freshPool()
	for name, text := range d.files {
		write(d.T, filepath.Join(d.dir, name), text)
	}
	write(d.T, filepath.Join(d.dir, file), content)
	if strings.HasSuffix(what, ": gone") {
		if file == "lock" {
			return // a directory with files and no lock is somebody else's
		}
		if err := os.Remove(filepath.Join(d.dir, file)); err != nil {
			d.Fatal(err)
		}
	}
	code, text := d.start()
	s := d.service.Load()
	reads := s.Stats().Operations["AdminGetUser"]
	switch {
	case code == 1:
		d.refused++
		if !strings.Contains(wants, "refused") || !strings.Contains(text, "damaged: ") && !strings.Contains(text, "written by a newer") ||
			!strings.Contains(text, "\nhint: ") || reads > 0 || len(s.Log()) > 0 {
			d.Errorf("%s: refused, with %d reads and %d updates\n%s", what, reads, len(s.Log()), text)
		}
	case code == 3:
		d.wentOn++
		if !strings.Contains(wants, "goes on") || reads != damageRows-damageLimit || len(s.Log()) != damageRows-damageLimit {
			d.Errorf("%s: the run went on with %d reads and %d updates, %d were left\n%s", what, reads, len(s.Log()), damageRows-damageLimit, text)
		}
	default:
		d.Errorf("%s: exit code %d\n%s", what, code, text)
	}
}
