package sandbox

import (
	"maps"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
)

// operation is what the server knows of an operation of the API.
type operation struct {
	category category
	access   access
	unsigned bool // needs no AWS credentials
	decode   func(body []byte) (request, error)
	handle   func(s *Server, c *call) (any, error)
}

// request is a decoded request.
type request interface {
	// find returns what the request is about.
	find(s *Server) subject
}

// subject is what a request is about, as far as there is such a thing.
type subject struct {
	pool     *pool  // nil: not named, or unknown
	user     *user  // nil: not named, or unknown
	username string // as the request names the user
}

// call is a request on its way through the server. It belongs to one goroutine.
type call struct {
	subject
	name    string
	request request
	invalid error // what the model of the API refuses; nil: nothing
}

// operations is the table of the API. It is only read.
var operations = map[string]operation{
	"DescribeUserPool":       define(userPoolRead, accessNone, (*Server).describeUserPool),
	"ListUserPools":          define(userPoolRead, accessNone, (*Server).listUserPools),
	"CreateUserPool":         define(userPoolUpdate, accessNone, (*Server).createUserPool),
	"DeleteUserPool":         define(userPoolUpdate, accessNone, (*Server).deleteUserPool),
	"AddCustomAttributes":    define(userPoolResourceUpdate, accessNone, (*Server).addCustomAttributes),
	"CreateUserPoolClient":   define(userPoolClientUpdate, accessNone, (*Server).createUserPoolClient),
	"DeleteUserPoolClient":   define(userPoolClientUpdate, accessNone, (*Server).deleteUserPoolClient),
	"DescribeUserPoolClient": define(userPoolClientRead, accessNone, (*Server).describeUserPoolClient),
	"ListUserPoolClients":    define(userPoolClientRead, accessNone, (*Server).listUserPoolClients),

	"CreateIdentityProvider":   define(userPoolResourceUpdate, accessNone, (*Server).createIdentityProvider),
	"DeleteIdentityProvider":   define(userPoolResourceUpdate, accessNone, (*Server).deleteIdentityProvider),
	"DescribeIdentityProvider": define(userPoolResourceRead, accessNone, (*Server).describeIdentityProvider),
	"ListIdentityProviders":    define(userPoolResourceRead, accessNone, (*Server).listIdentityProviders),

	"CreateGroup":              define(userPoolResourceUpdate, accessNone, (*Server).createGroup),
	"UpdateGroup":              define(userPoolResourceUpdate, accessNone, (*Server).updateGroup),
	"DeleteGroup":              define(userPoolResourceUpdate, accessNone, (*Server).deleteGroup),
	"GetGroup":                 define(userPoolResourceRead, accessNone, (*Server).getGroup),
	"ListGroups":               define(userPoolResourceRead, accessNone, (*Server).listGroups),
	"ListUsersInGroup":         define(userList, accessNone, (*Server).listUsersInGroup),
	"AdminAddUserToGroup":      define(userUpdate, accessWrite, (*Server).adminAddUserToGroup),
	"AdminRemoveUserFromGroup": define(userUpdate, accessWrite, (*Server).adminRemoveUserFromGroup),
	"AdminListGroupsForUser":   define(userResourceRead, accessRead, (*Server).adminListGroupsForUser),

	"ListUsers":                   define(userList, accessNone, (*Server).listUsers),
	"AdminCreateUser":             define(userCreation, accessNone, (*Server).adminCreateUser),
	"AdminGetUser":                define(userRead, accessRead, (*Server).adminGetUser),
	"AdminUpdateUserAttributes":   define(userUpdate, accessWrite, (*Server).adminUpdateUserAttributes),
	"AdminDeleteUserAttributes":   define(userUpdate, accessWrite, (*Server).adminDeleteUserAttributes),
	"AdminDeleteUser":             define(userUpdate, accessWrite, (*Server).adminDeleteUser),
	"AdminDisableUser":            define(userUpdate, accessWrite, (*Server).adminDisableUser),
	"AdminEnableUser":             define(userUpdate, accessWrite, (*Server).adminEnableUser),
	"AdminLinkProviderForUser":    define(userUpdate, accessWrite, (*Server).adminLinkProviderForUser),
	"AdminDisableProviderForUser": define(userUpdate, accessWrite, (*Server).adminDisableProviderForUser),
	"AdminSetUserPassword":        define(userAccountRecovery, accessWrite, (*Server).adminSetUserPassword),
	"AdminResetUserPassword":      define(userAccountRecovery, accessWrite, (*Server).adminResetUserPassword),
	"AdminInitiateAuth":           define(userAuthentication, accessRead, (*Server).adminInitiateAuth),

	"InitiateAuth":                     unsigned(userAuthentication, accessRead, (*Server).initiateAuth),
	"GetUser":                          unsigned(userRead, accessRead, (*Server).getUser),
	"UpdateUserAttributes":             unsigned(userUpdate, accessWrite, (*Server).updateUserAttributes),
	"DeleteUserAttributes":             unsigned(userUpdate, accessWrite, (*Server).deleteUserAttributes),
	"VerifyUserAttribute":              unsigned(userUpdate, accessWrite, (*Server).verifyUserAttribute),
	"GetUserAttributeVerificationCode": unsigned(userResourceRead, accessRead, (*Server).getUserAttributeVerificationCode),
}

// Operations returns the names of the operations that a server has.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

// define makes a row of the table from a handler of requests of type R.
func define[R any, P interface {
	*R
	request
}](c category, a access, handle func(*Server, *call, P) (any, error)) operation {
	return operation{
		category: c,
		access:   a,
		decode: func(body []byte) (request, error) {
			req := P(new(R))
			return req, unmarshal(body, req)
		},
		handle: func(s *Server, c *call) (any, error) { return handle(s, c, c.request.(P)) },
	}
}

// unsigned is define for operations that users call themselves.
func unsigned[R any, P interface {
	*R
	request
}](c category, a access, handle func(*Server, *call, P) (any, error)) operation {
	op := define(c, a, handle)
	op.unsigned = true
	return op
}

// call carries out a request: it decodes, counts, asks the quotas, misbehaves if told to, and calls
// the operation. It returns the body of the answer.
func (s *Server) call(r *http.Request) ([]byte, error) {
	name, err := operationName(r.Header)
	if err != nil {
		return nil, err
	}
	op := operations[name]
	c := &call{name: name}
	if c.request, c.invalid, err = decodeBody(r.Body, name); err != nil {
		return nil, err
	}
	of, err := s.sessionOf(r.Header)
	if err != nil {
		return nil, err
	}
	if c.subject = c.request.find(s); c.pool != nil && !s.sees(of, c.pool) {
		c.subject = subject{username: c.username}
	}
	if c.user != nil && op.access == accessWrite {
		s.stats.enter(c.user)
		defer c.user.inFlight.Add(-1)
	}
	s.stats.received(name, op.category)
	body, err := s.perform(r, op, c)
	if isThrottle(err) {
		s.stats.throttled(op.category)
	}
	return body, err
}

// perform is call behind the decoding. A rejected request takes no token, so throttling faults come
// before the quotas, and the others behind them.
func (s *Server) perform(r *http.Request, op operation, c *call) ([]byte, error) {
	fault := s.faults.pick(c.name, op.category, c.username)
	if isThrottle(fault.err()) {
		return nil, fault.err()
	}
	if err := s.limits.take(op.category, op.access, c.user); err != nil {
		return nil, err
	}
	delay := s.faults.delay() + fault.Delay
	if op.category == userList {
		delay = max(delay, s.limits.pageTime())
	}
	s.pause(delay)
	if !fault.After {
		if err := s.suffer(r, fault); err != nil {
			return nil, err
		}
	}
	if c.invalid != nil {
		return nil, c.invalid
	}
	result, err := op.handle(s, c)
	if err != nil {
		return nil, err
	}
	if fault.After {
		if err := s.suffer(r, fault); err != nil {
			return nil, err
		}
	}
	if result == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(result)
}

// suffer lets a fault happen.
func (s *Server) suffer(r *http.Request, f Fault) error {
	if f.Hang {
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
		return errDropped
	}
	return f.err()
}

// named returns the pool and the user of these names.
func (s *Server) named(poolID, username string) subject {
	found := subject{pool: s.pool(poolID), username: username}
	if found.pool != nil && username != "" {
		found.user = found.pool.lookup(username)
	}
	return found
}
