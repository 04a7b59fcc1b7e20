package sandbox

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	statusConfirmed   = "CONFIRMED"
	statusUnconfirmed = "UNCONFIRMED"
	statusForced      = "FORCE_CHANGE_PASSWORD"
	statusReset       = "RESET_REQUIRED"
	statusExternal    = "EXTERNAL_PROVIDER" // came by an identity provider
)

// statuses are all that the API knows.
var statuses = []string{statusConfirmed, statusUnconfirmed, statusForced, statusReset, statusExternal, "ARCHIVED", "COMPROMISED", "UNKNOWN"}

// User is a user of a pool.
type User struct {
	Username string `json:"username"`
	// Attributes are the values by name, sub and identities included.
	Attributes map[string]string `json:"attributes"`
	// Pending are new addresses that wait for the user to verify them.
	Pending map[string]string `json:"pending,omitempty"`
	// Status is CONFIRMED, UNCONFIRMED, FORCE_CHANGE_PASSWORD, RESET_REQUIRED, EXTERNAL_PROVIDER and so on.
	Status   string `json:"status"`
	Disabled bool   `json:"disabled,omitzero"`
	// Groups are the names of the groups that the user is in.
	Groups   []string  `json:"groups,omitempty"`
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
	// Password is what CreateUser gives the user to sign in with; nothing returns it.
	Password string `json:"-"`
}

// pool is a user pool. Its settings are not modified, but for the schema; mu guards the indexes. Whoever changes an
// index, or the state of a user in a way that could move an alias, holds mu for writing; whoever
// changes another part of a state holds mu for reading and the user's own mu.
type pool struct {
	id           string
	account      string // that its ARN names
	described    atomic.Pointer[description]
	ignoreCase   bool
	aliases      []string // attributes that may stand for the username
	addressNames bool     // they are username attributes: unique, and valid before they are verified
	autoVerified []string // addresses to which a code is sent when they change
	verifyFirst  []string // addresses that stay pending until they are verified
	triggers     triggers
	passwords    passwordPolicy
	key          []byte // that signs tokens

	mu        sync.RWMutex
	deleted   bool                // nothing is committed any more
	groups    map[string]Group    // by name
	providers map[string]provider // by name
	byName    map[string]*user    // by folded username
	bySub     map[string]*user
	byAlias   map[attribute]*user
	clients   []*appClient // in order of creation; guarded by the server's poolsMu
	listed    []*user      // ascending by ordinal; users deleted remain until there are many
	gone      int          // deleted users in listed
	ordinal   int64        // of the user created last
}

// description is the part of a pool that can change: its document, and what that says of attributes. It is replaced,
// not modified.
type description struct {
	document map[string]jsontext.Value
	schema   schema
}

// document returns the pool as DescribeUserPool has it, but for the number of users.
func (p *pool) document() map[string]jsontext.Value { return p.described.Load().document }

// schema returns the rules for attributes.
func (p *pool) schema() schema { return p.described.Load().schema }

// user is a user in a pool.
type user struct {
	ordinal       int64
	username, sub string
	created       time.Time

	mu       sync.Mutex                // held by a writer of state
	state    atomic.Pointer[userState] // nil once the user is deleted
	inFlight atomic.Int32              // writes in the server

	reads, writes bucket // guarded by the limiter
}

// with returns the attributes with one set, or with its empty value kept to say that it is to be
// deleted. It may reuse the array of all.
func with(all []attribute, a attribute) []attribute {
	i, found := slices.BinarySearchFunc(all, a.Name, byName)
	if found {
		all[i] = a
		return all
	}
	return slices.Insert(all, i, a)
}

func byName(a attribute, name string) int { return strings.Compare(a.Name, name) }

// value returns the value of an attribute, "" for none.
func value(all []attribute, name string) string {
	if i, found := slices.BinarySearchFunc(all, name, byName); found {
		return all[i].Value
	}
	return ""
}

// newPool makes an empty pool from its completed document.
func newPool(document map[string]jsontext.Value) (*pool, error) {
	var given poolSettings
	if err := decodeDocument(document, &given); err != nil {
		return nil, err
	}
	rules, err := newSchema(given.SchemaAttributes)
	if err != nil {
		return nil, err
	}
	if len(given.AliasAttributes) > 0 && len(given.UsernameAttributes) > 0 {
		return nil, invalidParameter("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
	}
	sensitive := given.UsernameConfiguration.CaseSensitive
	p := &pool{
		id:           given.ID,
		account:      accountOf(given.Arn),
		ignoreCase:   sensitive != nil && !*sensitive,
		aliases:      slices.Concat(given.AliasAttributes, given.UsernameAttributes),
		addressNames: len(given.UsernameAttributes) > 0,
		autoVerified: given.AutoVerifiedAttributes,
		verifyFirst:  given.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate,
		triggers:     given.LambdaConfig,
		passwords:    given.Policies.PasswordPolicy.orDefault(),
		groups:       map[string]Group{},
		providers:    map[string]provider{},
		byName:       map[string]*user{}, bySub: map[string]*user{}, byAlias: map[attribute]*user{},
	}
	p.described.Store(&description{document, rules})
	return p, nil
}

func (p *pool) fold(name string) string {
	if p.ignoreCase {
		return strings.ToLower(name)
	}
	return name
}

// lookup returns the user of a username, of a sub (of local users), or of an alias, nil if there is none.
func (p *pool) lookup(name string) *user {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if u := p.byName[p.fold(name)]; u != nil {
		return u
	}
	if u := p.bySub[name]; u != nil && u.local() {
		return u
	}
	for _, alias := range p.aliases {
		if u := p.byAlias[attribute{alias, p.fold(name)}]; u != nil {
			return u
		}
	}
	return nil
}

// local says whether the user did not come by an identity provider.
func (u *user) local() bool {
	state := u.state.Load()
	return state == nil || state.status != statusExternal
}

// size returns the number of users.
func (p *pool) size() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.bySub)
}

// aliasesOf returns the aliases that a state gives its user: verified addresses, the preferred
// username of a confirmed user, and username attributes in any case.
func (p *pool) aliasesOf(s *userState) []attribute {
	var keys []attribute
	for _, name := range p.aliases {
		v := value(s.attributes, name)
		switch {
		case v == "":
			continue
		case p.addressNames:
		case name == "preferred_username":
			if s.status != statusConfirmed {
				continue
			}
		case !isTrue(value(s.attributes, name+"_verified")):
			continue
		}
		keys = append(keys, attribute{name, p.fold(v)})
	}
	return keys
}

// insert takes a user into the indexes. The caller holds mu.
func (p *pool) insert(u *user, s *userState) {
	p.ordinal++
	u.ordinal = p.ordinal
	p.byName[p.fold(u.username)] = u
	p.bySub[u.sub] = u
	p.listed = append(p.listed, u)
	p.replace(u, s)
}

// replace gives a user another state and moves its aliases. The caller holds mu.
func (p *pool) replace(u *user, next *userState) {
	if old := u.state.Load(); old != nil {
		p.release(u, old)
	}
	for _, key := range p.aliasesOf(next) {
		p.byAlias[key] = u
	}
	u.state.Store(next)
}

// release takes the aliases of a state out of the index. The caller holds mu.
func (p *pool) release(u *user, s *userState) {
	for _, key := range p.aliasesOf(s) {
		if p.byAlias[key] == u {
			delete(p.byAlias, key)
		}
	}
}

// remove deletes a user. The caller holds mu.
func (p *pool) remove(u *user) {
	p.release(u, u.state.Load())
	u.state.Store(nil)
	delete(p.byName, p.fold(u.username))
	delete(p.bySub, u.sub)
	if p.gone++; p.gone > len(p.listed)/2 {
		// A new array, since pages may be read from the old one.
		p.listed = slices.Collect(p.present(0))
		p.gone = 0
	}
}

// present returns the users behind an ordinal, in order. The caller holds mu; it need not for the
// iteration.
func (p *pool) present(after int64) iter.Seq[*user] {
	from, _ := slices.BinarySearchFunc(p.listed, after+1, func(u *user, n int64) int { return cmp.Compare(u.ordinal, n) })
	rest := p.listed[from:]
	return func(yield func(*user) bool) {
		for _, u := range rest {
			if u.state.Load() != nil && !yield(u) {
				return
			}
		}
	}
}

// User returns a user by username, sub or alias.
func (s *Server) User(poolID, username string) (User, bool) {
	p := s.pool(poolID)
	if p == nil {
		return User{}, false
	}
	u := p.lookup(username)
	if u == nil {
		return User{}, false
	}
	state := u.state.Load()
	if state == nil {
		return User{}, false
	}
	return u.export(state), true
}

// Users returns the users of a pool, oldest first; none of a pool that does not exist. Users created
// during the iteration are not in it.
func (s *Server) Users(poolID string) iter.Seq[User] {
	return func(yield func(User) bool) {
		p := s.pool(poolID)
		if p == nil {
			return
		}
		p.mu.RLock()
		all := p.present(0)
		p.mu.RUnlock()
		for u := range all {
			if state := u.state.Load(); state != nil && !yield(u.export(state)) {
				return
			}
		}
	}
}
