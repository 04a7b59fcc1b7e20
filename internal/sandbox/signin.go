package sandbox

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// signInRequest is InitiateAuth and AdminInitiateAuth.
type signInRequest struct {
	UserPoolID     string `json:"UserPoolId"` // of AdminInitiateAuth
	ClientID       string `json:"ClientId"`
	AuthFlow       string
	AuthParameters map[string]string
	metadata

	client *appClient // what find found
}

func (r *signInRequest) find(s *Server) subject {
	if r.client = s.client(r.ClientID); r.client == nil {
		return subject{pool: s.pool(r.UserPoolID), username: r.AuthParameters["USERNAME"]}
	}
	return s.named(r.client.pool.id, r.AuthParameters["USERNAME"])
}

// flow is an authentication flow with a password, and what an app client must have to use it.
type flow struct{ name, current, old string }

var (
	userFlows  = []flow{{"USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"}}
	adminFlows = []flow{
		{"ADMIN_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"},
		{"ADMIN_NO_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"},
	}
)

func (s *Server) initiateAuth(c *call, r *signInRequest) (any, error) {
	if r.client == nil {
		return nil, noClient(r.ClientID)
	}
	if err := r.checkFlow(userFlows, adminFlows, r.AuthFlow+" flow not enabled for this client"); err != nil {
		return nil, err
	}
	return s.signIn(c, r)
}

func (s *Server) adminInitiateAuth(c *call, r *signInRequest) (any, error) {
	named := s.pool(r.UserPoolID)
	switch {
	case named == nil:
		return nil, noPool(r.UserPoolID)
	case r.client == nil || r.client.pool != named:
		return nil, noClient(r.ClientID)
	}
	if err := r.checkFlow(adminFlows, userFlows, "Auth flow not enabled for this client"); err != nil {
		return nil, err
	}
	return s.signIn(c, r)
}

// checkFlow refuses flows that belong to the other operation, those that the sandbox does not have,
// and those that the app client does not allow.
func (r *signInRequest) checkFlow(own, others []flow, notEnabled string) error {
	for _, f := range others {
		if f.name == r.AuthFlow {
			return invalidParameter("Initiate Auth method not supported.")
		}
	}
	for _, f := range own {
		if f.name != r.AuthFlow {
			continue
		}
		for _, enabled := range r.client.flows {
			if enabled == f.current || enabled == f.old {
				return nil
			}
		}
		return invalidParameter("%s", notEnabled)
	}
	return invalidParameter("the sandbox has no flow %q: use %s", r.AuthFlow, own[0].name)
}

// signIn checks the password and answers with tokens, or with the challenge to replace a temporary
// password.
func (s *Server) signIn(c *call, r *signInRequest) (any, error) {
	for _, name := range []string{"USERNAME", "PASSWORD"} {
		if r.AuthParameters[name] == "" {
			return nil, invalidParameter("Missing required parameter %s", name)
		}
	}
	if err := r.metadata.check(); err != nil {
		return nil, err
	}
	if c.user == nil && r.client.hidesUsers {
		return nil, errWrongPassword()
	}
	if err := checkStanding(c.user); err != nil {
		return nil, err
	}
	if err := s.preAuthentication(c, r); err != nil {
		return nil, err
	}
	state := c.user.state.Load()
	if state == nil || !state.accepts(c.user.sub, r.AuthParameters["PASSWORD"]) {
		return nil, errWrongPassword()
	}
	if state.status == statusForced {
		return s.newPasswordRequired(c.user, state)
	}
	return s.tokens(r.client, c.user), nil
}

func errWrongPassword() error {
	return exception("NotAuthorizedException", "Incorrect username or password.")
}

// preAuthentication calls the Lambda function that may refuse a sign-in, if the pool has one.
func (s *Server) preAuthentication(c *call, r *signInRequest) error {
	if c.pool.triggers.PreAuthentication == "" {
		return nil
	}
	return s.invoke(Invocation{
		Trigger: "PreAuthentication", Source: "PreAuthentication_Authentication", Pool: c.pool.id,
		Username: c.user.username, Client: r.client.id, ClientMetadata: r.ClientMetadata,
	})
}

// authenticationResult is the part of an answer that holds tokens.
type authenticationResult struct {
	AccessToken  string
	ExpiresIn    int
	TokenType    string
	RefreshToken string
	IDToken      string `json:"IdToken"`
}

// tokens answers a sign-in.
func (s *Server) tokens(c *appClient, u *user) any {
	access := s.accessClaims(c, u, TokenOptions{Scopes: []string{selfScope}, ExpiresIn: c.validity})
	id := access
	id.Use, id.Client, id.Audience, id.Scope, id.ID = "id", "", c.id, "", s.identifier()
	return struct {
		ChallengeParameters  struct{}
		AuthenticationResult authenticationResult
	}{AuthenticationResult: authenticationResult{
		AccessToken: access.sign(c.pool.key), ExpiresIn: int(c.validity / time.Second), TokenType: "Bearer",
		RefreshToken: s.refreshToken(), IDToken: id.sign(c.pool.key),
	}}
}

// refreshToken returns what looks like AWS's, which is encrypted and has five parts, and is good for
// nothing.
func (s *Server) refreshToken() string {
	parts := []string{encoding.EncodeToString([]byte(`{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}`))}
	for _, length := range []int{342, 16, 512, 22} { // key, nonce, text, tag
		parts = append(parts, s.letters(capitals+small+figures, length))
	}
	return strings.Join(parts, ".")
}

// newPasswordRequired answers a sign-in with a temporary password.
func (s *Server) newPasswordRequired(u *user, state *userState) (any, error) {
	attributes := map[string]string{}
	for _, a := range state.attributes {
		if a.Name != subAttribute {
			attributes[a.Name] = a.Value
		}
	}
	encoded, err := json.Marshal(attributes, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"ChallengeName": "NEW_PASSWORD_REQUIRED",
		"Session":       s.identifier(),
		"ChallengeParameters": map[string]string{
			"USER_ID_FOR_SRP": u.username, "requiredAttributes": "[]", "userAttributes": string(encoded),
		},
	}, nil
}
