package runlog

import (
	"context"
	"hash/maphash"
	"io"
	"io/fs"
	"strings"
	"time"
)

// simulatedObject is an object.
type simulatedObject struct {
	body []byte
	tag  string
}

// simulated is the store of a model. Its tags are made of the content, as S3's are.
type simulated struct {
	objects map[string]simulatedObject
	bug     bug
	// What lock.json says, and since when: for the properties.
	lock   LeaseState
	beaten time.Duration
	takers []string // all owners of the lease, in order
}

const (
	lockKey   = "lock.json"
	logPrefix = "log/"
)

func (s *simulated) hash(h *maphash.Hash) {
	var all uint64 // in any order
	for key, o := range s.objects {
		all += maphash.Comparable(seed, [2]string{key, o.tag})
	}
	maphash.WriteComparable(h, all)
	maphash.WriteComparable(h, s.beaten)
	for _, name := range s.takers {
		h.WriteString(name)
	}
}

// effect is what the store makes of a call.
func (w *world) effect(c *call) answer {
	s := w.store
	switch c.what {
	case "get":
		o, ok := s.objects[s.place(c.key, nil)]
		if !ok {
			return answer{err: fs.ErrNotExist}
		}
		return answer{object: Object{Body: s.shown(c, o.body), Tag: o.tag}}
	case "put":
		return w.put(c)
	case "list":
		return answer{bodies: s.log()}
	case "delete":
		delete(s.objects, c.key)
	case "send":
		w.sent(c.owner)
	case "begin":
		c.owner.began = true
	}
	return answer{}
}

func (w *world) put(c *call) answer {
	s := w.store
	body := s.written(c.key, c.body)
	key := s.place(c.key, body)
	old, there := s.objects[key]
	if c.when == IfAbsent && there || c.when != IfAbsent && c.when != Always && (!there || old.tag != string(c.when)) {
		return answer{err: ErrTaken}
	}
	if key == lockKey {
		w.locked(body)
	}
	s.objects[key] = simulatedObject{body, tagOf(body)}
	return answer{tag: s.objects[key].tag}
}

// log is what a replay finds: all objects from the first, without a gap, behind the newest snapshot.
func (s *simulated) log() (bodies [][]byte) {
	for n := int64(1); ; n++ {
		o, ok := s.objects[s.place(Key(logPrefix, n), nil)]
		if !ok {
			o, ok = s.objects[Key("snapshot/", n)]
		}
		if !ok {
			return bodies
		}
		bodies = append(bodies, o.body)
	}
}

// storeOf is the store as one owner sees it.
type storeOf struct{ owner *owner }

func (s storeOf) Get(ctx context.Context, key string) (Object, error) {
	a := s.owner.world.park(ctx, &call{owner: s.owner, what: "get", key: key})
	return a.object, a.err
}

func (s storeOf) Put(ctx context.Context, key string, body []byte, when Condition) (string, error) {
	began := s.owner.world.now
	a := s.owner.world.park(ctx, &call{owner: s.owner, what: "put", key: key, body: body, when: when})
	if s.owner.world.size.bug == fromAnswer && key == lockKey && a.err == nil {
		s.owner.hidden += s.owner.world.now - began
	}
	return a.tag, a.err
}

func (storeOf) Tag(context.Context, string) (string, error) { return "", fs.ErrInvalid }

func (s storeOf) Delete(ctx context.Context, key string, _ Condition) error {
	return s.owner.world.park(ctx, &call{owner: s.owner, what: "delete", key: key}).err
}

func (storeOf) List(context.Context, string, string, func(Entry) error) error { return fs.ErrInvalid }

func (storeOf) Upload(context.Context, string, io.ReaderAt, int64, Condition) error {
	return fs.ErrInvalid
}

// epoch is when the model begins.
var epoch = time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)

// clockOf is the clock of one owner. It has no monotonic part: who stands still finds that time has passed.
// To count a lease from the answer is not to see the time that passed before it.
func clockOf(o *owner) Clock {
	return Clock{
		Now: func() time.Time { return epoch.Add(o.world.now - o.hidden) },
		Sleep: func(ctx context.Context, d time.Duration) error {
			return o.world.park(ctx, &call{owner: o, what: "sleep", until: o.world.now + d}).err
		},
	}
}

// locked holds the properties of the lease at each writing of lock.json.
func (w *world) locked(body []byte) {
	s := w.store
	state, err := parseLock(lockKey, body)
	if err != nil {
		w.fail("%v", err)
		return
	}
	if before := s.lock; before.Owner != "" && before.Owner != state.Owner && !before.Released {
		if w.now-s.beaten < modelTTL {
			w.fail("%s took over from %s, whose beat is %s old", state.Owner, before.Owner, w.now-s.beaten)
		}
		if o := w.ownerCalled(before.Owner); o.checked >= 0 && w.now < o.checked+modelCall {
			w.fail("%s took over from %s at %s, where a call may be under way that began at %s", state.Owner, before.Owner, w.now, o.checked)
		}
	}
	if s.lock.Owner != state.Owner {
		s.takers = append(s.takers, state.Owner)
	}
	s.lock, s.beaten = state, w.now
}

func (w *world) ownerCalled(name string) *owner { return w.owners[strings.Index("ABC", name)] }
