package runlog

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
)

// memory is a store in memory, with tags made of the content, as S3 makes them.
type memory struct {
	mu      sync.Mutex
	objects map[string]memoryObject
	put     func(key string, body []byte, when Condition, do func() (string, error)) (string, error) // nil: do
}

type memoryObject struct {
	body []byte
	at   time.Time
}

func newMemory() *memory { return &memory{objects: map[string]memoryObject{}} }

func tagOf(body []byte) string { return fmt.Sprintf(`"%x"`, md5.Sum(body)) }

func (m *memory) Get(ctx context.Context, key string) (Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objects[key]
	if !ok {
		return Object{}, fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	return Object{Body: o.body, Tag: tagOf(o.body), Age: time.Since(o.at)}, ctx.Err()
}

func (m *memory) Put(ctx context.Context, key string, body []byte, when Condition) (string, error) {
	do := func() (string, error) { return m.write(key, body, when) }
	m.mu.Lock()
	put := m.put
	m.mu.Unlock()
	if put != nil {
		return put(key, body, when, do)
	}
	return do()
}

// onPut has writings go through a function from now on, or go well if it is nil.
func (m *memory) onPut(put func(key string, body []byte, when Condition, do func() (string, error)) (string, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put = put
}

func (m *memory) write(key string, body []byte, when Condition) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, there := m.objects[key]
	if when == IfAbsent && there || when != IfAbsent && when != Always && (!there || tagOf(o.body) != string(when)) {
		return "", fmt.Errorf("%s: %w", key, ErrTaken)
	}
	m.objects[key] = memoryObject{body, time.Now()}
	return tagOf(body), nil
}

func (m *memory) List(_ context.Context, prefix, behind string, each func(Entry) error) error {
	m.mu.Lock()
	objects := maps.Clone(m.objects)
	m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(objects)) {
		if strings.HasPrefix(key, prefix) && key > behind {
			if err := each(Entry{Key: key, Size: int64(len(objects[key].body))}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memory) Tag(ctx context.Context, key string) (string, error) {
	o, err := m.Get(ctx, key)
	return o.Tag, err
}

func (m *memory) Delete(_ context.Context, key string, when Condition) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o, there := m.objects[key]; there && when != Always && tagOf(o.body) != string(when) {
		return fmt.Errorf("%s: %w", key, ErrTaken)
	}
	delete(m.objects, key)
	return nil
}

func (m *memory) Upload(ctx context.Context, key string, from io.ReaderAt, size int64, when Condition) error {
	body, err := io.ReadAll(io.NewSectionReader(from, 0, size))
	if err == nil {
		_, err = m.Put(ctx, key, body, when)
	}
	return err
}

// fleeting is a failure that passes.
type fleeting struct{ error }

func (fleeting) Passing() bool { return true }

var errAway = fleeting{errors.New("503 Slow Down")}

func leaseConfig(m Store) LeaseConfig {
	return LeaseConfig{Store: m, Key: "run/lock.json", TTL: time.Minute, Timeout: 20 * time.Second,
		Holder: checkpoint.Info{PID: 7, Host: "one.example.com", Since: time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC), Command: "attrmigrate"}}
}

func TestALeaseIsHeldAndReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, err := TakeLease(t.Context(), leaseConfig(m))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if !l.Holds(39*time.Second) || l.Holds(time.Minute) || l.Err() != nil {
			t.Errorf("after ten minutes it holds for 39 s: %t, for a minute: %t, error: %v", l.Holds(39*time.Second), l.Holds(time.Minute), l.Err())
		}
		began := time.Now()
		_, err = TakeLease(t.Context(), leaseConfig(m))
		const want = "run/lock.json: attrmigrate is at work in this run directory: process 7 on one.example.com, since 2026-11-29T08:00:00Z"
		if held, ok := errors.AsType[*checkpoint.HeldError](err); !ok || held.Error() != want {
			t.Errorf("a second start: %v", err)
		}
		if took := time.Since(began); took > 40*time.Second {
			t.Errorf("it was told after %s", took)
		}
		if err := l.Release(t.Context()); err != nil {
			t.Error(err)
		}
		began = time.Now()
		next, err := TakeLease(t.Context(), leaseConfig(m))
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 0 || next.Generation() != 2 {
			t.Errorf("a released lease was taken after %s, as generation %d", took, next.Generation())
		}
		if err := next.Release(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
