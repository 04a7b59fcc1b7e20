package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"attrmigrate/internal/disk"
)

// Config says how a server behaves. The zero value is a well-behaved account with AWS's quotas.
type Config struct {
	// Quotas are the request quotas; a zero quota is AWS's default, a negative one is off.
	Quotas Quotas
	// Latency is added to every request, and a random part of Jitter beside it.
	Latency, Jitter time.Duration
	// PageTime is how long a page of users takes at least. Default: 40 ms under AWS's own quota of them, else nothing.
	PageTime time.Duration
	// Faults are what goes wrong by chance or by script. Default: nothing.
	Faults Faults
	// Seed makes identifiers, jitter, faults, codes and the keys that sign tokens repeatable.
	Seed uint64
	// Journal is a file that keeps all state; an existing one is replayed. Default: none.
	Journal string
	// FS is what the journal is written to. Nil: the operating system's file system.
	FS disk.FS
	// LogSize is how many entries Log, Messages and Invocations remember, at least. Default: 1,048,576.
	LogSize int
	// Account and Region stand in ARNs and pool ids. Defaults: 000000000000 and us-east-1.
	Account, Region string
	// Now is the clock of quotas and dates. Default: time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	c.Account = cmp.Or(c.Account, "000000000000")
	c.Region = cmp.Or(c.Region, "us-east-1")
	c.LogSize = cmp.Or(max(0, c.LogSize), 1<<20)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Server is a local Cognito. It is an [http.Handler], and all its methods may be called by many
// goroutines at once.
type Server struct {
	cfg      Config
	limits   *limiter
	faults   *injector
	ledger   *ledger
	invoked  invocations
	stats    *counters
	requests atomic.Uint64

	randomMu sync.Mutex
	random   *rand.Rand

	poolsMu sync.RWMutex
	pools   map[string]*pool
	order   []*pool // in order of creation
	clients map[string]*appClient

	// gate is held for reading by every request, and for writing by Close, which so waits for them.
	gate      sync.RWMutex
	closing   chan struct{}
	closeOnce sync.Once
	closeErr  error

	startMu   sync.Mutex
	listeners []*http.Server
	serving   sync.WaitGroup // one goroutine a listener
}

// New returns a server that does not listen yet. It replays the journal, if there is one; a file that is
// none is a *[JournalError].
func New(cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	s := &Server{
		cfg:     cfg,
		limits:  newLimiter(cfg),
		faults:  newInjector(cfg),
		stats:   newCounters(),
		pools:   map[string]*pool{},
		clients: map[string]*appClient{},
		closing: make(chan struct{}),
	}
	s.invoked.log.keep = cfg.LogSize
	var err error
	if s.ledger, err = openLedger(cmp.Or[disk.FS](cfg.FS, disk.OS{}), cfg.Journal, cfg.LogSize, s.replay); err != nil {
		return nil, err
	}
	// The length of the journal is in the seed, so that a reopened server makes other identifiers.
	s.random = rand.New(rand.NewPCG(cfg.Seed, uint64(s.ledger.size)))
	return s, nil
}

// Start listens on addr (such as 127.0.0.1:0) and serves until Close. It returns the URL to give to
// a client as its endpoint. Requests are not authenticated: listen on the loopback interface only,
// unless everyone who can reach the address may change the users.
func (s *Server) Start(addr string) (url string, err error) {
	s.startMu.Lock()
	defer s.startMu.Unlock()
	if s.closed() {
		return "", errors.New("sandbox: the server is closed")
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("sandbox: %w", err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.listeners = append(s.listeners, server)
	s.serving.Go(func() { _ = server.Serve(listener) }) // always http.ErrServerClosed, after Close
	return "http://" + listener.Addr().String(), nil
}

// Close stops listening, lets requests in hand end (those that hang are dropped) and closes the
// journal.
func (s *Server) Close() error {
	s.closeOnce.Do(func() {
		s.startMu.Lock()
		close(s.closing)
		for _, server := range s.listeners {
			_ = server.Close()
		}
		s.startMu.Unlock()
		s.gate.Lock()
		defer s.gate.Unlock()
		s.serving.Wait()
		s.closeErr = s.ledger.close()
	})
	return s.closeErr
}

// TakeBack leaves of the journal what was there when New opened it, and nothing where New has made it. It is
// for a server that was not made whole: the next would take the half of it for the whole. Close comes next.
func (s *Server) TakeBack() error { return s.ledger.takeBack() }

func (s *Server) closed() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

// enter admits a request, which holds the gate until it ends; it refuses once the server closes.
func (s *Server) enter() bool {
	s.gate.RLock()
	if s.closed() {
		s.gate.RUnlock()
		return false
	}
	return true
}

// pause waits for d, or until the server closes. It does not mind whether the client is still
// there: as with AWS, a request that has arrived is carried out.
func (s *Server) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.closing:
	}
}

// SetQuotas replaces the request quotas.
func (s *Server) SetQuotas(q Quotas) { s.limits.set(q) }

// SetFaults replaces what goes wrong.
func (s *Server) SetFaults(f Faults) { s.faults.set(f) }

// SetLatency replaces the time added to every request and its random part.
func (s *Server) SetLatency(latency, jitter time.Duration) { s.faults.setLatency(latency, jitter) }

// Log returns the accepted updates, oldest first: all of them, or the last ones if there were more
// than Config.LogSize. It includes those of a replayed journal.
func (s *Server) Log() []Update { return s.ledger.log() }

// Stats returns what was counted since New.
func (s *Server) Stats() Stats { return s.stats.snapshot() }

// identifier returns a random version 4 UUID.
func (s *Server) identifier() string {
	s.randomMu.Lock()
	high, low := s.random.Uint64(), s.random.Uint64()
	s.randomMu.Unlock()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x",
		high>>32, high>>16&0xffff, high&0xfff, 0x8000|low>>50, low&0xffffffffffff)
}

// poolID returns a random pool id that is not taken. The caller holds poolsMu.
func (s *Server) poolID() string {
	for {
		if id := s.cfg.Region + "_" + s.letters(capitals+small+figures, 9); s.pools[id] == nil {
			return id
		}
	}
}

const (
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	small    = "abcdefghijklmnopqrstuvwxyz"
	figures  = "0123456789"
)

// letters returns n random letters of an alphabet.
func (s *Server) letters(alphabet string, n int) string {
	s.randomMu.Lock()
	defer s.randomMu.Unlock()
	text := make([]byte, n)
	for i := range text {
		text[i] = alphabet[s.random.IntN(len(alphabet))]
	}
	return string(text)
}
