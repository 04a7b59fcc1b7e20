package e2e

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// TestEmulatorAsUser plays what users do with their own tokens, without AWS credentials.
func TestEmulatorAsUser(t *testing.T) { playAll(t, userScenarios()) }

// tokenLike is a token of a user, or what somebody could take for one.
func tokenLike(t *testing.T, kind string, signedIn *types.AuthenticationResultType) string {
	t.Helper()
	token := *signedIn.AccessToken
	parts := strings.Split(token, ".")
	switch kind {
	case "token":
		return token
	case "id":
		return *signedIn.IdToken
	case "cut":
		return parts[0] + "." + parts[1]
	case "forged": // signed by somebody else
		return parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2]))
	case "expired":
		return parts[0] + "." + withClaim(t, parts[1], "exp", 1767225600) + "." + parts[2]
	default:
		t.Fatalf("there is no token of the kind %q", kind)
		return ""
	}
}

// withClaim gives the second part of a token another claim.
func withClaim(t *testing.T, part, name string, value any) string {
	t.Helper()
	claims := map[string]any{}
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err == nil {
		err = json.Unmarshal(text, &claims)
	}
	if err != nil {
		t.Fatal(err)
	}
	claims[name] = value
	text, err = json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// anyClient may read and write all that users may.
func anyClient() *cip.CreateUserPoolClientInput { return &cip.CreateUserPoolClientInput{} }

func members() people {
	all := customers()
	all["dan"] = values{"given_name": "Dan", "custom:tier": "silver"}
	return all
}

// userScenarios are what users do with their own tokens.
func userScenarios() []scenario {
	badTokens := []string{"5 token ExpiredToken", "6 token MalformedToken", "7 token NotAnAccessToken", "8 input MissingToken"}
	return []scenario{
		{
			name: "tokens", pool: loyaltyPool(), client: anyClient(), users: members(),
			files: map[string]string{"members.csv": "access_token,custom:tier,nickname\n" +
				"{token ann},gold,\n{token ben},gold,\n{token cat},tin,Kitty\n{expired dan},gold,\n{cut dan},gold,\n{id dan},gold,\n,gold,\n{token ben},,<delete>\n"},
			steps: []step{
				{run: "apply --as user members.csv", want: outcome{code: 3, sent: 3, says: []string{": 3 updated, 1 unchanged, 4 failed"}, failed: badTokens,
					change: people{"ann": {"custom:tier": "gold"}, "ben": {"nickname": ""}, "cat": {"custom:tier": "tin", "nickname": "Kitty"}}}},
				{run: "apply --as user --only-failed members.run members.csv", want: outcome{code: 3, says: []string{": 0 updated, 4 failed"}, failed: badTokens}},
				{run: "apply members.run/undo.jsonl", want: outcome{sent: 3, says: []string{": 3 updated, 0 failed"}, back: true}},
			},
		},
		{
			name: "a token that the pool did not sign", pool: loyaltyPool(), client: anyClient(), users: members(),
			files: map[string]string{"members.csv": "access_token,custom:tier\n{token ann},gold\n{forged cat},gold\n"},
			steps: []step{{
				run:    "apply --as user members.csv",
				want:   outcome{code: 3, sent: 1, failed: []string{"3 token NotAuthorizedException"}, change: people{"ann": {"custom:tier": "gold"}}},
				unlike: "signature",
				local:  outcome{sent: 2, change: people{"ann": {"custom:tier": "gold"}, "cat": {"custom:tier": "gold"}}},
			}},
		},
		{
			name: "tokens and the schema", pool: loyaltyPool(), client: anyClient(), users: members(),
			files: map[string]string{"members.jsonl": `{"access_token":"{token ann}","attributes":{"custom:teir":"gold"}}
{"access_token":"{token ben}","attributes":{"custom:tier":"tin"},"expect":{"custom:tier":"silver"}}
{"access_token":"{token cat}","attributes":{"custom:tier":"tin"}}
{"access_token":"{token cat}","attributes":{"custom:joined":"2025"}}
{"access_token":"{token dan}","attributes":{"nickname":null,"custom:tier":"silver"}}
{"access_token":"{token dan}","attributes":{"email_verified":"true"}}
`},
			steps: []step{{run: "apply --as user members.jsonl", want: outcome{code: 3, sent: 4, says: []string{": 2 updated, 4 failed"},
				failed: []string{"1 refused InvalidParameterException", "2 conflict Conflict", "4 refused InvalidParameterException", "6 schema NotWritable"},
				change: people{"cat": {"custom:tier": "tin"}}}}},
		},
		{
			name: "tokens, without reading", pool: loyaltyPool(), client: anyClient(), users: members(),
			files: map[string]string{"members.csv": "access_token,custom:tier\n{token ann},gold\n{token ben},gold\n"},
			steps: []step{{run: "apply --as user --no-read members.csv", want: outcome{sent: 2, says: []string{": 2 updated, 0 failed"},
				change: people{"ann": {"custom:tier": "gold"}}}}},
		},
		{
			name: "what the app client may write", pool: loyaltyPool(), users: members(),
			client: &cip.CreateUserPoolClientInput{WriteAttributes: []string{"custom:tier", "given_name"}},
			files:  map[string]string{"members.csv": "access_token,custom:tier,custom:note\n{token ann},gold,\n{token cat},,new\n"},
			steps: []step{{
				run: "apply --as user members.csv",
				want: outcome{code: 3, sent: 2, failed: []string{"3 refused NotAuthorizedException"},
					change: people{"ann": {"custom:tier": "gold"}}},
				unlike: "write permission",
				local:  outcome{sent: 2, change: people{"ann": {"custom:tier": "gold"}, "cat": {"custom:note": "new"}}},
			}},
		},
		{
			name: "what the app client may read", pool: loyaltyPool(), users: members(),
			client: &cip.CreateUserPoolClientInput{ReadAttributes: []string{"given_name"}},
			files:  map[string]string{"members.csv": "access_token,custom:tier\n{token ann},silver\n{token ben},tin\n"},
			steps: []step{{
				run:    "apply --as user members.csv",
				want:   outcome{sent: 2, says: []string{": 2 updated, 0 failed"}, change: people{"ben": {"custom:tier": "tin"}}},
				unlike: "read permission",
				local:  outcome{sent: 1, says: []string{": 1 updated, 1 unchanged, 0 failed"}, change: people{"ben": {"custom:tier": "tin"}}},
			}},
		},
		{
			name: "codes", pool: informingPool(), client: anyClient(), users: members(),
			files: map[string]string{"members.csv": "access_token,email,custom:tier\n{token ann},ann@example.net,\n{token ben},,tin\n{token cat},cat@example.com,\n"},
			steps: []step{
				{
					run: "apply --as user members.csv",
					want: outcome{sent: 3, codes: []string{"2 email EMAIL a***@e***", "4 email EMAIL c***@e***"}, change: people{
						"ann": {"email": "ann@example.net", "email_verified": "false"}, "ben": {"custom:tier": "tin"},
						"cat": {"email": "cat@example.com", "email_verified": "false"}}},
					unlike: "destination",
					local: outcome{sent: 3, codes: []string{"2 email EMAIL ann@example.net", "4 email EMAIL cat@example.com"}, change: people{
						"ann": {"email": "ann@example.net", "email_verified": "false"}, "ben": {"custom:tier": "tin"},
						"cat": {"email": "cat@example.com", "email_verified": "false"}}},
				},
				{run: "apply members.run/undo.jsonl", want: outcome{sent: 3, says: []string{": 3 updated, 0 failed"}, back: true}},
			},
		},
		{
			name: "addresses that wait for the code", pool: waitingPool(), client: anyClient(), users: members(),
			files: map[string]string{"members.csv": "access_token,email,custom:tier\n{token ann},ann@example.net,gold\n{token ben},,tin\n"},
			steps: []step{
				{
					run: "apply --as user members.csv",
					want: outcome{sent: 2, says: []string{": 1 updated, 1 awaiting verification, 0 failed"}, codes: []string{"2 email EMAIL a***@e***"},
						change: people{"ann": {"custom:tier": "gold"}, "ben": {"custom:tier": "tin"}}},
					unlike: "destination",
					local: outcome{sent: 2, says: []string{": 1 updated, 1 awaiting verification, 0 failed"}, codes: []string{"2 email EMAIL ann@example.net"},
						change: people{"ann": {"custom:tier": "gold"}, "ben": {"custom:tier": "tin"}}},
				},
				{run: "apply members.run/undo.jsonl", want: outcome{sent: 2, back: true}},
			},
		},
		{
			name: "tokens, killed", pool: loyaltyPool(), client: anyClient(), users: members(),
			files: map[string]string{"members.csv": "access_token,custom:tier\n{token ann},tin\n{token ben},tin\n{token cat},tin\n{token dan},tin\n"},
			steps: []step{
				{run: "apply --as user --workers 1 members.csv", killAt: 3, want: outcome{code: -1, sent: 3,
					change: people{"ann": {"custom:tier": "tin"}, "ben": {"custom:tier": "tin"}}}},
				{run: "apply --as user members.csv", want: outcome{sent: 2, says: []string{"done     4 rows", ", 0 failed"},
					change: people{"cat": {"custom:tier": "tin"}, "dan": {"custom:tier": "tin"}}}},
				{run: "apply members.run/undo.jsonl", want: outcome{sent: 4, back: true}},
			},
		},
	}
}
