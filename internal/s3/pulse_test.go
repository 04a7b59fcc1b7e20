package s3_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/s3/s3test"
)

// slowly is a connection over which bytes go, and an answer comes, some at a time.
type slowly struct {
	head          time.Duration // until the answer begins
	each          time.Duration // for each step
	step, hangsAt int           // bytes; nothing moves behind so many
	size          int           // of what is fetched
}

func (s slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(struct{ io.Writer }{io.Discard}, s.through(r.Context(), r.Body)); err != nil {
			return nil, err
		}
	}
	if err := wait(r.Context(), s.head); err != nil {
		return nil, err
	}
	answer := &http.Response{StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: r, Header: http.Header{"Etag": {`"a"`}, "Content-Length": {strconv.Itoa(s.size)}}, Body: http.NoBody}
	if r.Method == http.MethodGet {
		answer.ContentLength = int64(s.size)
		answer.Body = io.NopCloser(s.through(r.Context(), strings.NewReader(string(content(s.size)))))
	}
	return answer, nil
}

func (s slowly) through(ctx context.Context, from io.Reader) io.Reader {
	return &moving{ctx: ctx, from: from, s: s}
}

// moving is a body on its way.
type moving struct {
	ctx  context.Context
	from io.Reader
	s    slowly
	n    int
}

func (m *moving) Read(to []byte) (int, error) {
	if m.s.hangsAt > 0 && m.n >= m.s.hangsAt {
		<-m.ctx.Done()
		return 0, m.ctx.Err()
	}
	if err := wait(m.ctx, m.s.each); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(m.from, to[:min(len(to), m.s.step)])
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	m.n += n
	return n, err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// TestNothingMoves: what carries a file is given up once nothing of it has moved for as long as another call may take, and goes on for
// longer while something does.
func TestNothingMoves(t *testing.T) {
	const (
		size    = 8 << 20
		timeout = 5 * time.Second
		step    = 250 * time.Millisecond
	)
	fetched := func(ctx context.Context, b *s3.Bucket) error {
		return b.Fetch(ctx, "a", "", s3.Fetching{Make: func(size int64) (io.WriterAt, error) { return &buffer{body: make([]byte, size)}, nil }})
	}
	uploaded := func(ctx context.Context, b *s3.Bucket) error {
		return b.Upload(ctx, "a", strings.NewReader(string(content(size))), size, runlog.Always)
	}
	tests := []struct {
		name string
		call func(context.Context, *s3.Bucket) error
		over slowly
		took time.Duration // at most
		err  string
	}{
		{"fetched slowly", fetched, slowly{each: step, step: 32 << 10}, 70 * time.Second, ""},
		{"no answer to who fetches", fetched, slowly{head: time.Hour}, timeout, "Timeout"},
		{"an answer that breaks off without a word", fetched, slowly{step: 32 << 10, hangsAt: size / 2}, timeout, "Timeout"},
		{"an answer of single bytes", fetched, slowly{each: time.Second, step: 1}, timeout + 256*time.Second, "Timeout"},
		{"uploaded slowly", uploaded, slowly{each: step, step: 32 << 10}, 70 * time.Second, ""},
		{"no answer to who uploads", uploaded, slowly{head: time.Hour, step: size}, timeout + 64*time.Second, "Timeout"},
		{"nobody takes what is uploaded", uploaded, slowly{step: 32 << 10, hangsAt: size / 2}, timeout + 64*time.Second, "Timeout"},
	}
	server := s3test.Start(t)
	s3test.Setenv(t, server.Env())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.over.size = size
			b := open(t, s3test.Bucket, s3.Config{Timeout: timeout}).Over(tt.over)
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				err := tt.call((&runlog.Patience{}).With(t.Context()), b)
				if refusal.CodeOf(err) != tt.err || (err == nil) != (tt.err == "") {
					t.Errorf("got %v", err)
				}
				if took := time.Since(began); took > tt.took {
					t.Errorf("it took %s", took)
				}
				if err != nil && !strings.Contains(err.Error(), "no answer within 5s") {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}
