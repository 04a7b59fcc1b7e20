package sandbox

import (
	"sync"
	"time"
)

// Off as a quota means that there is none.
const Off = -1

// Quotas are requests a second: by category, for the account, and for one user. Zero is the default
// (from the Quotas page of the Cognito developer guide), negative is [Off].
type Quotas struct {
	UserUpdate     float64 // 25
	UserRead       float64 // 120
	UserList       float64 // 30
	UserPoolRead   float64 // 15
	UserPoolUpdate float64 // 15: CreateUserPool, DeleteUserPool
	UserCreation   float64 // 50: AdminCreateUser

	UserAuthentication   float64 // 120: InitiateAuth, AdminInitiateAuth
	UserAccountRecovery  float64 // 30: AdminSetUserPassword, AdminResetUserPassword
	UserResourceRead     float64 // 50: GetUserAttributeVerificationCode, AdminListGroupsForUser
	UserPoolClientRead   float64 // 15: DescribeUserPoolClient, ListUserPoolClients
	UserPoolClientUpdate float64 // 15: CreateUserPoolClient, DeleteUserPoolClient

	UserPoolResourceRead   float64 // 20: GetGroup, ListGroups, DescribeIdentityProvider and so on
	UserPoolResourceUpdate float64 // 15: CreateGroup, DeleteGroup, AddCustomAttributes and so on

	PerUserWrite float64 // 10
	PerUserRead  float64 // 10, signing in included
}

// NoQuotas returns quotas that are all off.
func NoQuotas() Quotas {
	return Quotas{Off, Off, Off, Off, Off, Off, Off, Off, Off, Off, Off, Off, Off, Off, Off}
}

// category is a group of operations that share a quota, by AWS's name for it.
type category string

const (
	userUpdate     category = "UserUpdate"
	userRead       category = "UserRead"
	userList       category = "UserList"
	userPoolRead   category = "UserPoolRead"
	userPoolUpdate category = "UserPoolUpdate"
	userCreation   category = "UserCreation"

	userAuthentication   category = "UserAuthentication"
	userAccountRecovery  category = "UserAccountRecovery"
	userResourceRead     category = "UserResourceRead"
	userPoolClientRead   category = "UserPoolClientRead"
	userPoolClientUpdate category = "UserPoolClientUpdate"

	userPoolResourceRead   category = "UserPoolResourceRead"
	userPoolResourceUpdate category = "UserPoolResourceUpdate"
)

// access says which quota of the user an operation draws on.
type access int

const (
	accessNone access = iota
	accessRead
	accessWrite
)

func (q Quotas) ofCategory(c category) float64 {
	switch c {
	case userUpdate:
		return orDefault(q.UserUpdate, 25)
	case userRead:
		return orDefault(q.UserRead, 120)
	case userList:
		return orDefault(q.UserList, listsOfAWS)
	case userPoolRead:
		return orDefault(q.UserPoolRead, 15)
	case userPoolUpdate:
		return orDefault(q.UserPoolUpdate, 15)
	case userAuthentication:
		return orDefault(q.UserAuthentication, 120)
	case userAccountRecovery:
		return orDefault(q.UserAccountRecovery, 30)
	case userResourceRead:
		return orDefault(q.UserResourceRead, 50)
	case userPoolClientRead:
		return orDefault(q.UserPoolClientRead, 15)
	case userPoolClientUpdate:
		return orDefault(q.UserPoolClientUpdate, 15)
	case userPoolResourceRead:
		return orDefault(q.UserPoolResourceRead, 20)
	case userPoolResourceUpdate:
		return orDefault(q.UserPoolResourceUpdate, 15)
	default:
		return orDefault(q.UserCreation, 50)
	}
}

func orDefault(quota, standard float64) float64 {
	if quota == 0 {
		return standard
	}
	return quota
}

// bucket is a token bucket. Its zero value is full.
type bucket struct {
	used  float64 // tokens missing
	at    time.Time
	drawn bool // at is set
}

// has fills the bucket up and says whether it holds a token.
func (b *bucket) has(now time.Time, rate float64) bool {
	if b.drawn {
		b.used = max(0, b.used-max(0, now.Sub(b.at).Seconds())*rate)
	}
	b.at, b.drawn = now, true
	const rounding = 1e-6
	return b.used+1 <= max(5, rate/5)+rounding
}

// limiter holds the quotas of the account, and guards the buckets in its users.
type limiter struct {
	now  func() time.Time
	page time.Duration // Config.PageTime

	mu      sync.Mutex
	quotas  Quotas
	buckets map[category]*bucket
}

func newLimiter(cfg Config) *limiter {
	return &limiter{now: cfg.Now, page: cfg.PageTime, quotas: cfg.Quotas, buckets: map[category]*bucket{}}
}

func (l *limiter) set(q Quotas) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quotas = q
}

// take draws a token of the category and one of the user (if there is one), or neither.
func (l *limiter) take(c category, a access, u *user) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	shared, own := l.shared(c), (*bucket)(nil)
	if u != nil {
		own = l.own(a, u)
	}
	if shared != nil && !shared.has(now, l.quotas.ofCategory(c)) {
		return exception("TooManyRequestsException", "Rate exceeded")
	}
	if own != nil {
		if !own.has(now, l.ofUser(a)) {
			return exception("TooManyRequestsException", "Too many requests")
		}
		own.used++
	}
	if shared != nil {
		shared.used++
	}
	return nil
}

// listsOfAWS is AWS's quota of pages of users a second.
const listsOfAWS = 30

// pageTime is how long a page of users takes at least, unless the configuration says it. From afar AWS takes so long for a
// page that a client which asks for one after the other never meets AWS's quota, and many have no patience with throttling
// in their retries; over the loopback interface they would. Under another quota, a page takes no time.
func (l *limiter) pageTime() time.Duration {
	if l.page > 0 {
		return l.page
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quotas.ofCategory(userList) != listsOfAWS {
		return 0
	}
	return time.Second * 6 / 5 / listsOfAWS
}

// shared returns the bucket of a category, nil if its quota is off.
func (l *limiter) shared(c category) *bucket {
	if l.quotas.ofCategory(c) < 0 {
		return nil
	}
	if l.buckets[c] == nil {
		l.buckets[c] = &bucket{}
	}
	return l.buckets[c]
}

// own returns the user's bucket for an access, nil if it has no quota.
func (l *limiter) own(a access, u *user) *bucket {
	switch {
	case a == accessNone || l.ofUser(a) < 0:
		return nil
	case a == accessWrite:
		return &u.writes
	default:
		return &u.reads
	}
}

func (l *limiter) ofUser(a access) float64 {
	if a == accessWrite {
		return orDefault(l.quotas.PerUserWrite, 10)
	}
	return orDefault(l.quotas.PerUserRead, 10)
}
