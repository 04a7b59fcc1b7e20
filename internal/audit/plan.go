package audit

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/listing"
	"attrmigrate/sources"
)

// Mode is how the live users are read.
type Mode string

// The modes.
const (
	Auto   Mode = "auto"   // Scan or Lookup, whichever takes fewer calls
	Scan   Mode = "scan"   // every user of the pool, 60 a call
	Lookup Mode = "lookup" // the users of the change set, one by one
	None   Mode = "none"   // nothing is read: the change set is held against the schema only
)

// Changes is a change set that can be read again at a place.
type Changes interface {
	Next(ctx context.Context) (*sources.Change, error)
	At(at sources.Position) (*sources.Change, error)
	Ending
}

// Ending tells of a change set that was read to its end whether it is a listing of users without its last page, and where
// it says so.
type Ending interface {
	ListingCut() (file string, line int, cut bool)
}

// Writer keeps what a plan finds. It is called by one goroutine.
type Writer interface {
	// Change takes the net change of one user: the Username that the pool has, what to send, and the
	// live values as preconditions. It is not called with None.
	Change(c *sources.Change) error
	// Claim takes that of a user who gets a sign-in name or gives one up, whose place is known when all users are.
	Claim(c *sources.Change) error
	// Arrange comes once, behind all changes: it has those that depend on each other, in the order in which they are
	// to be applied.
	Arrange(steps []Step) error
	// Row takes the verdict on one attribute.
	Row(r Row) error
}

// Config says what to plan.
type Config struct {
	Pool    *cognito.Pool
	Changes Changes
	Rule    Rule // makes the records. Nil: they are those of Changes
	Writer  Writer
	Reader  *listing.Reader // of the pool; not used with None
	Read    Mode            // the default is Auto
	Options

	// Match is the attribute, or username, by which the users of data are found: Changes are data, and a rule makes a record of
	// each row and its user. Empty: a rule makes the records in the place of Changes, and all users are read.
	Match string
	// Filter chooses the users that a rule is given, in the words of ListUsers, and Group those of a group; not both.
	// Empty: all of the pool.
	Filter, Group string
	// Hidden are attributes whose values a rule makes of what tells who a person is: they are not shown either.
	Hidden []string
	// Most is how many users a rule may change: those behind are not looked at. 0: any number.
	Most int64

	// UpdateRate is the pace, in updates a second, that the estimates assume. The default is 20.
	UpdateRate float64
	// ReadRate is their pace of reads, in users a second, unless apply is not to read (NoRead). The default
	// is 80.
	ReadRate float64
	NoRead   bool
	Strict   bool // values that nobody meant are refused
	// AllowTakeover is that of Terms: what is taken is then told with how it goes back.
	AllowTakeover bool
	// Records is about how many records there are, and Addresses how many sign-in addresses they give, if
	// that is known: memory is then taken once.
	Records, Addresses int64
	Long               *Long  // of a long CSV; nil for another change set
	Deletes            string // as [Terms] have it
	// ByRecord says that the records are applied one by one, and not as a plan: what a user gets by one of them and loses by
	// the next counts.
	ByRecord bool
	// Progress is told how many users of how many were looked up; nil for nobody. The total is an estimate.
	Progress func(done, total int64)
}

func (c Config) withDefaults() Config {
	c.Read = cmp.Or(c.Read, Auto)
	c.UpdateRate = cmp.Or(max(c.UpdateRate, 0), 20)
	c.ReadRate = cmp.Or(max(c.ReadRate, 0), 80)
	if c.Progress == nil {
		c.Progress = func(int64, int64) {}
	}
	return c
}

// planner is a plan in the making.
type planner struct {
	cfg      Config
	terms    Terms // on which apply would take the records
	naming   naming
	chosen   *listing.Snapshot // the users that records may be of
	whole    *listing.Snapshot // those who may sign in by what these get; the same, unless others matter
	records  records
	named    *named   // the records of a change set; nil where a rule makes them
	matched  *matched // the rows of data, with a rule; nil without
	book     *book
	contests contests
	found    *warnings
	apart    *rowsApart
	tally    *tally
	all      Cost  // of the records that can be applied, as they are
	end      int64 // the number of the user behind the last one whom a rule is given
}

// Plan holds a change set against the live users and writes nothing to the pool. An error ends it
// early; what the Writer got until then is not a whole plan.
func Plan(ctx context.Context, cfg Config) (_ *Result, err error) {
	begun := time.Now()
	cfg = cfg.withDefaults()
	p := newPlanner(cfg)
	defer func() { err = errors.Join(err, p.drop()) }()
	if err := p.records.take(ctx); err != nil {
		return nil, err
	}
	mode := p.mode()
	if err := p.read(ctx, mode); err != nil {
		return nil, err
	}
	if err := p.settleNames(ctx, mode); err != nil {
		return nil, err
	}
	r := p.tally.finish()
	r.Read, r.Elapsed = mode, seconds(time.Since(begun))
	if cfg.Reader != nil {
		r.Calls, r.Notes = cfg.Reader.Calls(), cfg.Reader.Notes()
	}
	r.Warnings = p.found.list()
	r.Estimates = p.cost(mode)
	return r, nil
}

func newPlanner(cfg Config) *planner {
	n := newNaming(cfg.Pool)
	terms := Terms{Pool: cfg.Pool, KeepVerified: cfg.KeepVerified, NoRead: cfg.NoRead, AllowTakeover: cfg.AllowTakeover, Ruled: cfg.Rule != nil && cfg.Match == "", Rate: cfg.UpdateRate, ReadRate: cfg.ReadRate, Long: cfg.Long, Deletes: cfg.Deletes}
	p := &planner{
		cfg:      cfg,
		terms:    terms,
		naming:   n,
		book:     newBook(n, cfg.Addresses),
		contests: contests{parties: map[string]*party{}},
		found:    newWarnings(terms, false),
		apart:    newRowsApart(cfg.Pool, cfg.Long),
		tally:    newTally(cfg),
		end:      math.MaxInt64,
	}
	inputs := located{changes: cfg.Changes, index: newIndex(cfg.Records)}
	switch {
	case cfg.Rule == nil:
		p.named = &named{p, inputs}
		p.records = p.named
	case cfg.Match == "":
		p.records = &made{p}
	default:
		p.matched = newMatched(p, inputs)
		p.records = p.matched
	}
	return p
}

// settleNames tells of the names that several users have to do with.
func (p *planner) settleNames(ctx context.Context, mode Mode) error {
	if err := p.contend(ctx, mode); err != nil {
		return err
	}
	if p.cfg.ByRecord {
		return p.tellByRecord()
	}
	d, err := p.tellContests()
	if err != nil || mode == None {
		return err
	}
	return p.settleOrder(d)
}

// cost is that of the plan; where users were not read there is none but the change set.
func (p *planner) cost(mode Mode) Cost {
	c := p.tally.result.Estimates
	if mode == None {
		c = p.all
		c.UpTo = true
	}
	c.ChangeSetReads, c.ChangeSetClaims = p.all.Reads-p.all.Looks, p.all.Claims
	c.Emails, c.SMS = p.found.count(messages, "email"), p.found.count(messages, "phone_number")
	return c.timed(&p.terms)
}

// eachRecord calls f with each record of the inputs, in their order.
func (p *planner) eachRecord(ctx context.Context, f func(*sources.Change) error) error {
	for {
		c, err := p.cfg.Changes.Next(ctx)
		if errors.Is(err, io.EOF) {
			p.found.ending(p.cfg.Changes)
			return nil
		}
		if err != nil {
			return err
		}
		p.tally.result.Records++
		if err := f(c); err != nil {
			return err
		}
	}
}

// check says why a record cannot be applied. What apply refuses only because it is not to read has its place in a plan.
func (p *planner) check(c *sources.Change) error {
	return Terms{Pool: p.cfg.Pool, Strict: p.cfg.Strict}.Check(c)
}

// mode resolves Auto: a scan takes a call for every 60 users of the pool.
func (p *planner) mode() Mode {
	lookup, ok := p.records.lookups()
	switch {
	case p.cfg.Rule != nil && p.cfg.Match == "":
		return Scan
	case p.cfg.Read != Auto:
		return p.cfg.Read
	case !ok:
		return Scan
	}
	scan := (p.cfg.Pool.EstimatedUsers + listing.PageSize - 1) / listing.PageSize
	if lookup < scan {
		return Lookup
	}
	return Scan
}

// read goes through the users, then through the records whose user was not found.
func (p *planner) read(ctx context.Context, mode Mode) error {
	var err error
	switch mode {
	case None:
		return p.unread(ctx)
	case Lookup:
		err = p.records.lookUp(ctx)
	default:
		err = p.scan(ctx)
	}
	if err != nil {
		return err
	}
	return p.records.rest(ctx)
}
