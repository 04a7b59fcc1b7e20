//go:build linux

package kubernetes

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/s3/s3test"
	"attrmigrate/internal/sandbox"
)

// users are in each pool, each with one record, so that each run takes ten seconds.
const (
	users = 200
	rate  = "20"
)

// target is a row of the file of targets, and the account that it is about.
type target struct {
	row    map[string]string
	server *sandbox.Server
	pool   string
}

// readTargets reads the file of targets that the manifest has.
func readTargets(t *testing.T, text string) (header []string, targets []*target) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for _, cells := range rows[1:] {
		g := &target{row: map[string]string{}}
		for i, name := range rows[0] {
			g.row[name] = cells[i]
		}
		targets = append(targets, g)
	}
	return rows[0], targets
}

// writeTargets is the file again, with what only the test has: places of the services on this machine, and a rate.
func writeTargets(header []string, targets []*target) string {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	for _, more := range []string{"rate", "endpoint_url"} {
		if !slices.Contains(header, more) {
			header = append(slices.Clip(header), more)
		}
	}
	_ = w.Write(header)
	for _, g := range targets {
		var cells []string
		for _, name := range header {
			cells = append(cells, g.row[name])
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return text.String()
}

// open makes the account of a target, its pool with its users, and its change set in the bucket, of which the last rows
// are of nobody.
func (g *target) open(t *testing.T, bucket *s3test.Server, nobody int) {
	t.Helper()
	g.pool = g.row["user_pool_id"]
	region, _, _ := strings.Cut(g.pool, "_")
	var err error
	if g.server, err = sandbox.New(sandbox.Config{Account: strings.Split(g.row["role_arn"], ":")[4], Region: region}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.server.Close() })
	if g.row["endpoint_url"], err = g.server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	g.row["rate"] = rate
	document := fmt.Sprintf(`{"UserPool": {"Id": %q, "Name": %q, "SchemaAttributes": [
		{"Name": "custom:tier", "AttributeDataType": "String", "Mutable": true}]}}`, g.pool, g.row["name"])
	if _, err := g.server.CreatePool([]byte(document)); err != nil {
		t.Fatal(err)
	}
	rows := "username,custom:tier\n"
	for i := range users {
		name := fmt.Sprintf("%s-%d@example.com", g.row["name"], i)
		rows += name + ",gold\n"
		if i >= users-nobody {
			continue
		}
		if err := g.server.CreateUser(g.pool, sandbox.User{Username: name, Attributes: map[string]string{"custom:tier": "none"}}); err != nil {
			t.Fatal(err)
		}
	}
	name, key := keyOf(g.row["input"])
	if err := bucket.Put(name, key, []byte(rows)); err != nil {
		t.Fatal(err)
	}
}

// keyOf takes a URL of S3 apart.
func keyOf(url string) (bucket, key string) {
	bucket, key, _ = strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
	return bucket, key
}

// sent is how many updates have come to the account.
func (g *target) sent() int {
	return int(g.server.Stats().Operations["AdminUpdateUserAttributes"])
}

// underWay waits until a good part of the records is done, and as many are not.
func (g *target) underWay(t *testing.T) {
	t.Helper()
	harness.Until(t, g.row["name"]+" is under way", func() (bool, string) {
		n := g.sent()
		return n >= users/5, fmt.Sprintf("%d updates", n)
	})
}

// once wants each user to have the new value, by one update, and returns how many have.
func (g *target) once(t *testing.T, want int) (done int) {
	t.Helper()
	updates := map[string]int{}
	for _, u := range g.server.Log() {
		updates[u.Username]++
	}
	for u := range g.server.Users(g.pool) {
		if n := updates[u.Username]; u.Attributes["custom:tier"] != "gold" || n != 1 {
			t.Errorf("%s: user %s has the tier %s, after %d updates", g.row["name"], u.Username, u.Attributes["custom:tier"], n)
			continue
		}
		done++
	}
	if done != want {
		t.Errorf("%s: %d users were updated once, want %d", g.row["name"], done, want)
	}
	return done
}

// published wants a way back for each user in the files that the run has left in the bucket, and a line for each record of
// nobody. It returns how many records failed.
func (g *target) published(t *testing.T, bucket *s3test.Server, nobody int) (failed int) {
	t.Helper()
	if n := g.named(t, bucket, "undo.jsonl"); n != users-nobody {
		t.Errorf("%s: undo.jsonl names %d users, want %d", g.row["name"], n, users-nobody)
	}
	if failed = g.named(t, bucket, "errors.csv"); failed != nobody {
		t.Errorf("%s: errors.csv names %d users, want %d", g.row["name"], failed, nobody)
	}
	return failed
}

// named is how many users a file of the run in the bucket names.
func (g *target) named(t *testing.T, bucket *s3test.Server, file string) int {
	t.Helper()
	name, prefix := keyOf(g.row["run_dir"])
	text, err := bucket.Get(name, prefix+file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: %s: %v", g.row["name"], file, err)
	}
	found := map[string]bool{}
	for _, user := range regexp.MustCompile(regexp.QuoteMeta(g.row["name"])+`-\d+@`).FindAll(text, -1) {
		found[string(user)] = true
	}
	return len(found)
}
