package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// selfScope is the scope that lets users read and write their own attributes.
const selfScope = "aws.cognito.signin.user.admin"

// claims are what a token says.
type claims struct {
	Sub      string   `json:"sub"`
	Issuer   string   `json:"iss"`
	Client   string   `json:"client_id,omitempty"` // of an access token
	Audience string   `json:"aud,omitempty"`       // of an id token: the client
	Use      string   `json:"token_use"`           // access or id
	Scope    string   `json:"scope,omitempty"`
	SignedIn int64    `json:"auth_time"`
	Expires  int64    `json:"exp"`
	Issued   int64    `json:"iat"`
	ID       string   `json:"jti"`
	Username string   `json:"username"`
	Groups   []string `json:"cognito:groups,omitempty"`
}

// TokenOptions say what a token is to be like.
type TokenOptions struct {
	// Client is the id of the app client. Default: the pool's first.
	Client string
	// Scopes are in the token. Default: aws.cognito.signin.user.admin; an empty list that is not nil
	// is none.
	Scopes []string
	// ExpiresIn is how long the token is good. Default: as long as the client's are. Below zero, it
	// expired that long ago.
	ExpiresIn time.Duration
	// Forged signs the token with a key that is not the pool's.
	Forged bool
}

// MintToken returns an access token of a user, whom it finds by username, sub or alias, as if the user
// had signed in. It asks for no password.
func (s *Server) MintToken(poolID, username string, o TokenOptions) (string, error) {
	found := s.named(poolID, username)
	switch {
	case found.pool == nil:
		return "", fmt.Errorf("sandbox token: %w", noPool(poolID))
	case found.user == nil:
		return "", fmt.Errorf("sandbox token: %w", errNoUser())
	}
	if clients := s.Clients(poolID); o.Client == "" && len(clients) > 0 {
		o.Client = clients[0]
	}
	c := s.client(o.Client)
	if c == nil || c.pool != found.pool {
		return "", errors.New("sandbox token: the pool has no such app client: make one with CreateClient")
	}
	if o.Scopes == nil {
		o.Scopes = []string{selfScope}
	}
	if o.ExpiresIn == 0 {
		o.ExpiresIn = c.validity
	}
	key := c.pool.key
	if o.Forged {
		key = []byte("not the key of the pool")
	}
	return s.accessClaims(c, found.user, o).sign(key), nil
}

// accessClaims returns what an access token of a user says.
func (s *Server) accessClaims(c *appClient, u *user, o TokenOptions) claims {
	now := s.cfg.Now().Unix()
	expires := now + int64(o.ExpiresIn/time.Second)
	issued := min(now, expires-int64(c.validity/time.Second))
	if o.ExpiresIn > 0 {
		issued = now
	}
	said := claims{
		Sub: u.sub, Issuer: c.pool.issuer(), Client: c.id, Use: "access", Scope: strings.Join(o.Scopes, " "),
		SignedIn: issued, Expires: expires, Issued: issued, ID: s.identifier(), Username: u.username,
	}
	if state := u.state.Load(); state != nil {
		said.Groups = state.groups
	}
	return said
}

// What stands before and behind the region in the issuer of a token.
const issuerPrefix, issuerSuffix = "https://cognito-idp.", ".amazonaws.com/"

// issuer returns the URL that tokens of the pool name as theirs.
func (p *pool) issuer() string {
	region, _, _ := strings.Cut(p.id, "_")
	return issuerPrefix + region + issuerSuffix + p.id
}

// signingKey returns the key of a new pool. It depends on the seed and the pool alone.
func (s *Server) signingKey(poolID string) []byte {
	seed := hmac.New(sha256.New, binary.BigEndian.AppendUint64(nil, s.cfg.Seed))
	seed.Write([]byte("tokens of " + poolID))
	return seed.Sum(nil)
}

var encoding = base64.RawURLEncoding.Strict()

// sign returns a JWT with the claims. AWS signs with RS256; the sandbox, which alone checks its
// tokens, with HS256.
func (c claims) sign(key []byte) string {
	name := sha256.Sum256(key)
	header := fmt.Sprintf(`{"kid":"%s","alg":"HS256"}`, encoding.EncodeToString(name[:12]))
	payload, _ := json.Marshal(c) // text and numbers of our own
	token := encoding.EncodeToString([]byte(header)) + "." + encoding.EncodeToString(payload)
	return token + "." + encoding.EncodeToString(signature(key, token))
}

func signature(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// readToken returns what a token says, true or not, and its pool if it is true: nil is no pool of
// ours, or not what the pool signed.
func (s *Server) readToken(token string) (claims, *pool) {
	var said claims
	end := strings.LastIndexByte(token, '.')
	if end < 0 {
		return said, nil
	}
	_, payload, _ := strings.Cut(token[:end], ".")
	text, err := encoding.DecodeString(payload)
	if err != nil || json.Unmarshal(text, &said) != nil {
		return claims{}, nil
	}
	_, id, _ := strings.Cut(said.Issuer, issuerSuffix)
	p := s.pool(id)
	given, err := encoding.DecodeString(token[end+1:])
	if err != nil || p == nil || !hmac.Equal(given, signature(p.key, token[:end])) {
		return said, nil
	}
	return said, p
}

// tokenRequest is the part that requests with a user's token have in common.
type tokenRequest struct {
	AccessToken string

	claims claims // what find read
}

func (r *tokenRequest) find(s *Server) subject {
	var found subject
	r.claims, found.pool = s.readToken(r.AccessToken)
	found.username = r.claims.Username
	if found.pool != nil {
		found.user = found.pool.withSub(r.claims.Sub)
	}
	return found
}

// withSub returns the user with a sub, nil if there is none.
func (p *pool) withSub(sub string) *user {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.bySub[sub]
}

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9-_=.]+$`)

// authorize checks the token of a request and returns the app client that it was issued to.
func (r *tokenRequest) authorize(s *Server, c *call) (*appClient, error) {
	from := s.client(r.claims.Client)
	switch {
	case r.AccessToken == "":
		return nil, invalidMember("accessToken", "not be null")
	case !tokenForm.MatchString(r.AccessToken):
		return nil, invalidMember("accessToken", "satisfy regular expression pattern: [A-Za-z0-9-_=.]+")
	case c.pool == nil || r.claims.Use != "access" || from == nil || from.pool != c.pool:
		return nil, exception("NotAuthorizedException", "Invalid Access Token")
	case r.claims.Expires <= s.cfg.Now().Unix():
		return nil, exception("NotAuthorizedException", "Access Token has expired")
	case !slices.Contains(strings.Fields(r.claims.Scope), selfScope):
		return nil, exception("NotAuthorizedException", "Access Token does not have required scopes")
	}
	return from, checkStanding(c.user)
}

// checkStanding refuses users who may not use what they have: those who are gone, disabled, not
// confirmed, or to choose a new password.
func checkStanding(u *user) error {
	if u == nil {
		return errNoUser()
	}
	state := u.state.Load()
	switch {
	case state == nil:
		return errNoUser()
	case state.disabled:
		return exception("NotAuthorizedException", "User is disabled.")
	case state.status == statusUnconfirmed:
		return exception("UserNotConfirmedException", texts["UserNotConfirmedException"])
	case state.status == statusReset:
		return exception("PasswordResetRequiredException", texts["PasswordResetRequiredException"])
	default:
		return nil
	}
}
