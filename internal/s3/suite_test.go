package s3_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/s3/s3test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, bucket string, cfg s3.Config) *s3.Bucket {
	t.Helper()
	b, err := s3.Open(t.Context(), bucket, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// TestSuite holds the bucket against each server that there is: the one in the process, and the one of make test-s3.
func TestSuite(t *testing.T) {
	t.Run("gofakes3", func(t *testing.T) {
		s3test.Setenv(t, s3test.Start(t).Env())
		suite(t, s3test.Bucket)
	})
	t.Run("another server", func(t *testing.T) {
		at := os.Getenv("S3_TEST_URL")
		if at == "" {
			t.Skip("make test-s3 runs it, against versitygw")
		}
		t.Setenv("AWS_ENDPOINT_URL_S3", at)
		suite(t, os.Getenv("S3_TEST_BUCKET"))
	})
}

func suite(t *testing.T, bucket string) {
	b := open(t, bucket, s3.Config{UserAgent: "attrmigrate/test"}).InSmallParts()
	for _, tt := range []struct {
		name string
		test func(*testing.T, *s3.Bucket, string)
	}{
		{"an object", suiteObject},
		{"conditions", suiteConditions},
		{"many at once", suiteAtOnce},
		{"lists", suiteLists},
		{"uploads", suiteUploads},
		{"files", suiteFiles},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, b, "suite/"+strings.ReplaceAll(tt.name, " ", "-")+"/") })
	}
}

func suiteObject(t *testing.T, b *s3.Bucket, at string) {
	for _, key := range []string{at + "a", at + "with blanks + plus & more/ü.csv"} {
		if _, err := b.Get(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: before: %v", key, err)
		}
		tag, err := b.Put(t.Context(), key, []byte("one"), runlog.Always)
		if err != nil || tag == "" {
			t.Fatalf("%s: put: %q, %v", key, tag, err)
		}
		o, err := b.Get(t.Context(), key)
		if err != nil || string(o.Body) != "one" || o.Tag != tag || o.Age < 0 || o.Age > time.Minute {
			t.Errorf("%s: got %q %s %s, %v, want one %s", key, o.Body, o.Tag, o.Age, err, tag)
		}
		for range 2 {
			if err := b.Delete(t.Context(), key, runlog.Always); err != nil {
				t.Errorf("%s: delete: %v", key, err)
			}
		}
		if _, err := b.Get(t.Context(), key); !errors.Is(err, fs.ErrNotExist) || runlog.Passing(err) {
			t.Errorf("%s: after: %v", key, err)
		}
	}
	if _, err := b.Put(t.Context(), at+"empty", nil, runlog.Always); err != nil {
		t.Error(err)
	}
	if o, err := b.Get(t.Context(), at+"empty"); err != nil || len(o.Body) != 0 {
		t.Errorf("empty: %q, %v", o.Body, err)
	}
}

func suiteConditions(t *testing.T, b *s3.Bucket, at string) {
	first, err := b.Put(t.Context(), at+"a", []byte("first"), runlog.IfAbsent)
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.Put(t.Context(), at+"a", []byte("second"), runlog.Condition(first))
	if err != nil || second == first {
		t.Fatalf("under its own tag: %q, %v", second, err)
	}
	for _, tt := range []struct {
		name, key string
		when      runlog.Condition
	}{
		{"it is there", at + "a", runlog.IfAbsent},
		{"it is another one", at + "a", runlog.Condition(first)},
		{"it is not there at all", at + "b", runlog.Condition(first)},
	} {
		if _, err := b.Put(t.Context(), tt.key, []byte("third"), tt.when); !errors.Is(err, runlog.ErrTaken) || runlog.Passing(err) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if o, err := b.Get(t.Context(), at+"a"); err != nil || string(o.Body) != "second" || o.Tag != second {
		t.Errorf("in the end: %q %s, %v", o.Body, o.Tag, err)
	}
	if tag, err := b.Tag(t.Context(), at+"a"); err != nil || tag != second {
		t.Errorf("its tag is %s: %s, %v", second, tag, err)
	}
	if tag, err := b.Tag(t.Context(), at+"b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the tag of nothing: %s, %v", tag, err)
	}
}

// TestRemovals: an object is removed as it was found, or not at all. A store may not know such a condition: there it is removed.
func TestRemovals(t *testing.T) {
	server := s3test.Start(t)
	s3test.Setenv(t, server.Env())
	b, at := open(t, s3test.Bucket, s3.Config{}), "suite/removals/"
	first, err := b.Put(t.Context(), at+"a", []byte("first"), runlog.Always)
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.Put(t.Context(), at+"a", []byte("second"), runlog.Always)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(t.Context(), at+"a", runlog.Condition(first)); !errors.Is(err, runlog.ErrTaken) || runlog.Passing(err) {
		t.Errorf("another one: %v", err)
	}
	if o, err := b.Get(t.Context(), at+"a"); err != nil || string(o.Body) != "second" {
		t.Errorf("it is %q, %v", o.Body, err)
	}
	for range 2 {
		if err := b.Delete(t.Context(), at+"a", runlog.Condition(second)); err != nil {
			t.Error(err)
		}
	}
	if _, err := b.Put(t.Context(), at+"b", []byte("second"), runlog.Always); err != nil {
		t.Fatal(err)
	}
	server.Script(func(r s3test.Request) s3test.Fault {
		if r.Operation == "DeleteObject" && r.Condition != "" {
			return s3test.Fault{Status: 501, Code: "NotImplemented"}
		}
		return s3test.Fault{}
	})
	if err := b.Delete(t.Context(), at+"b", runlog.Condition(second)); err != nil {
		t.Error(err)
	}
	if keys, err := server.Keys(s3test.Bucket, at); err != nil || len(keys) > 0 {
		t.Errorf("there are %q, %v", keys, err)
	}
}

func suiteAtOnce(t *testing.T, b *s3.Bucket, at string) {
	var won, taken atomic.Int32
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			_, err := b.Put(t.Context(), at+"a", []byte(fmt.Sprint(i)), runlog.IfAbsent)
			for runlog.Passing(err) { // as a conflict is
				_, err = b.Put(t.Context(), at+"a", []byte(fmt.Sprint(i)), runlog.IfAbsent)
			}
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, runlog.ErrTaken):
				taken.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || taken.Load() != 15 {
		t.Errorf("%d wrote it, %d found it taken", won.Load(), taken.Load())
	}
}

func suiteLists(t *testing.T, b *s3.Bucket, at string) {
	const n = 1100 // more than a page
	var all sync.WaitGroup
	for from := range 8 {
		all.Go(func() {
			for i := from; i < n; i += 8 {
				if _, err := b.Put(t.Context(), fmt.Sprintf("%slog/%09d", at, i), []byte("x"), runlog.Always); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if _, err := b.Put(t.Context(), at+"other", []byte("x"), runlog.Always); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, prefix, behind string
		first, count         int
	}{
		{"all", at + "log/", "", 0, n},
		{"behind one", at + "log/", fmt.Sprintf("%slog/%09d", at, 41), 42, n - 42},
		{"behind one that is not there", at + "log/", fmt.Sprintf("%slog/%09d-", at, 41), 42, n - 42},
		{"behind the last", at + "log/", fmt.Sprintf("%slog/%09d", at, n), 0, 0},
		{"nothing", at + "none/", "", 0, 0},
	} {
		next := tt.first
		err := b.List(t.Context(), tt.prefix, tt.behind, func(e runlog.Entry) error {
			if want := fmt.Sprintf("%slog/%09d", at, next); e.Key != want || e.Size != 1 {
				t.Errorf("%s: got %+v, want %s", tt.name, e, want)
			}
			next++
			return nil
		})
		if err != nil || next-tt.first != tt.count {
			t.Errorf("%s: %d objects, %v, want %d", tt.name, next-tt.first, err, tt.count)
		}
	}
	enough := errors.New("enough")
	if err := b.List(t.Context(), at, "", func(runlog.Entry) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("it was not ended: %v", err)
	}
}

var line = strings.Repeat("-", 4088)

// content is made of numbers, so that a part in another place shows.
func content(size int) []byte {
	body := make([]byte, 0, size+8)
	for i := 0; len(body) < size; i++ {
		body = fmt.Appendf(body, "%07d\n", i)
		body = append(body, line[:min(len(line), size+8-len(body))]...)
	}
	return body[:size]
}

func suiteUploads(t *testing.T, b *s3.Bucket, at string) {
	for _, size := range []int{0, 1, 1 << 20, 6<<20 + 17} {
		key, body := fmt.Sprintf("%s%d", at, size), content(size)
		if err := b.Upload(t.Context(), key, bytes.NewReader(body), int64(size), runlog.IfAbsent); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		o, err := b.Get(t.Context(), key)
		if err != nil || !bytes.Equal(o.Body, body) {
			t.Errorf("%d bytes: came back as %d, %v", size, len(o.Body), err)
		}
		if err := b.Upload(t.Context(), key, bytes.NewReader(body), int64(size), runlog.IfAbsent); !errors.Is(err, runlog.ErrTaken) {
			t.Errorf("%d bytes, over itself: %v", size, err)
		}
		another := append([]byte("x"), body...)
		if err := b.Upload(t.Context(), key, bytes.NewReader(another), int64(len(another)), `"another"`); !errors.Is(err, runlog.ErrTaken) {
			t.Errorf("%d bytes, in the place of another: %v", size, err)
		}
		if err := b.Upload(t.Context(), key, bytes.NewReader(another), int64(len(another)), runlog.Condition(o.Tag)); err != nil {
			t.Errorf("%d bytes, in the place of what is there: %v", size, err)
		}
		if err := b.Upload(t.Context(), key, bytes.NewReader(body), int64(size), runlog.Condition(o.Tag)); !errors.Is(err, runlog.ErrTaken) {
			t.Errorf("%d bytes, in the place of what was there: %v", size, err)
		}
		if err := b.Upload(t.Context(), key, strings.NewReader("new"), 3, runlog.Always); err != nil {
			t.Errorf("%d bytes, replaced: %v", size, err)
		}
		if o, err := b.Get(t.Context(), key); err != nil || string(o.Body) != "new" {
			t.Errorf("%d bytes, replaced: %q, %v", size, o.Body[:min(10, len(o.Body))], err)
		}
	}
}

// buffer is a file in memory.
type buffer struct {
	mu   sync.Mutex
	body []byte
}

func (b *buffer) WriteAt(p []byte, at int64) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return copy(b.body[at:], p), nil
}

// fetch reads an object whole.
func fetch(t *testing.T, b *s3.Bucket, key, version string) ([]byte, error) {
	t.Helper()
	var to buffer
	err := b.Fetch(t.Context(), key, version, s3.Fetching{Make: func(size int64) (io.WriterAt, error) {
		to.body = make([]byte, size)
		return &to, nil
	}})
	return to.body, err
}

func suiteFiles(t *testing.T, b *s3.Bucket, at string) {
	for _, size := range []int{0, 1, 1 << 20, 1<<20 + 1, 6<<20 + 17} {
		key, body := fmt.Sprintf("%s%d", at, size), content(size)
		if err := b.Upload(t.Context(), key, bytes.NewReader(body), int64(size), runlog.Always); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if got, err := fetch(t, b, key, ""); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%d bytes: %d came back, %v", size, len(got), err)
		}
	}
	if _, err := fetch(t, b, at+"none", ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}
