package e2e

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"attrmigrate/internal/cli"
)

// commanded is a sandbox that the sandbox command serves.
type commanded struct {
	*testing.T
	url, pool, client string
	stdout, stderr    *transcript
	interrupt         chan os.Signal
	ended             chan int // the exit code
}

// serveCommand runs attrmigrate sandbox with these flags until the test ends.
func serveCommand(t *testing.T, flags ...string) *commanded {
	t.Helper()
	c := &commanded{T: t, stdout: newTranscript(), stderr: newTranscript(), interrupt: make(chan os.Signal, 1), ended: make(chan int, 1)}
	go func() {
		c.ended <- cli.Run(append([]string{"sandbox"}, flags...), cli.System{Stdout: c.stdout, Stderr: c.stderr, Signals: c.interrupt})
	}()
	t.Cleanup(func() { c.end() })
	if !c.stdout.await("\ntry ") {
		t.Fatalf("the sandbox does not serve:\n%s%s", c.stdout, c.stderr)
	}
	for line := range strings.Lines(c.stdout.String()) {
		switch words := strings.Fields(line); words[0] {
		case "sandbox":
			c.url = words[1]
		case "pool":
			c.pool = strings.TrimSuffix(words[1], ",")
		case "client":
			c.client = words[1]
		}
	}
	return c
}

// end ends the sandbox as Ctrl-C does.
func (c *commanded) end() {
	c.Helper()
	if c.interrupt == nil {
		return
	}
	c.interrupt <- os.Interrupt
	c.interrupt = nil
	if code := <-c.ended; code != 0 {
		c.Errorf("the sandbox ended with exit code %d\n%s", code, c.stderr)
	}
}

// call makes a request, and returns what it says, or the name of the exception that answers it.
func (c *commanded) call(operation string, input map[string]any) (exception string, answer map[string]any) {
	body, err := json.Marshal(input)
	if err != nil {
		return err.Error(), nil
	}
	request, err := http.NewRequestWithContext(c.Context(), http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err.Error(), nil
	}
	request.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return err.Error(), nil
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err.Error(), nil
	}
	exception, _ = answer["__type"].(string)
	return exception, answer
}

// signIn signs a user in by USER_PASSWORD_AUTH.
func (c *commanded) signIn(username, password string) (exception string, result map[string]any) {
	exception, answer := c.call("InitiateAuth", map[string]any{"ClientId": c.client, "AuthFlow": "USER_PASSWORD_AUTH",
		"AuthParameters": map[string]string{"USERNAME": username, "PASSWORD": password}})
	result, _ = answer["AuthenticationResult"].(map[string]any)
	return exception, result
}

// tokensIn reads a file of tokens: by user, in the order of the file.
func tokensIn(t *testing.T, path string) (tokens map[string]string, users []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if header := strings.Join(rows[0], ","); header != "access_token,_username" {
		t.Fatalf("the header is %s", header)
	}
	tokens = map[string]string{}
	for _, row := range rows[1:] {
		tokens[row[1]] = row[0]
		users = append(users, row[1])
	}
	return tokens, users
}

// TestSandboxTellsNoToken: users write with the tokens of the file, under faults, and at the level debug;
// no part of any token is printed, logged or reported, by neither program.
func TestSandboxTellsNoToken(t *testing.T) {
	t.Chdir(t.TempDir())
	c := serveCommand(t, "--users", "5", "--password", "Made-up-1", "--tokens", "members.csv", "--journal", "state.jsonl",
		"--quota", "off", "--fault", "internal=0.01", "--seed", "156") // of which the first request is met
	tokens, _ := tokensIn(t, "members.csv")
	text, _ := os.ReadFile("members.csv")
	text = regexp.MustCompile(`(?m)$`).ReplaceAll(bytes.TrimSpace(text), []byte(",locale,de_DE"))
	write(t, "locales.csv", strings.Replace(string(text), "_username,locale,de_DE", "_username,locale,_x", 1))
	code, stdout, stderr := run(t, "apply", "--as", "user", "--endpoint-url", c.url, "--yes", "--log-level", "debug", "--workers", "1", "locales.csv")
	if code != 0 || !strings.Contains(stdout, "5 updated") || !strings.Contains(stderr, "attempt failed") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	c.end()
	said := map[string]string{"stdout": stdout, "stderr": stderr, "stdout of the sandbox": c.stdout.String(), "stderr of the sandbox": c.stderr.String()}
	for _, name := range []string{"locales.run", "state.jsonl"} {
		addFiles(t, said, name)
	}
	for name, text := range said {
		for user, token := range tokens {
			for part := range strings.SplitSeq(token[strings.IndexByte(token, '.')+1:], ".") {
				if strings.Contains(text, part) {
					t.Errorf("%s tells the token of %s:\n%s", name, user, text)
				}
			}
		}
		if strings.Contains(text, "Made-up-1") {
			t.Errorf("%s tells the password:\n%s", name, text)
		}
	}
}

// addFiles adds the text of each file at or under a path.
func addFiles(t *testing.T, texts map[string]string, path string) {
	t.Helper()
	err := filepath.WalkDir(path, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		texts[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSandboxPassword: all users that are made can sign in, also one without the values that a change set
// expects and the pool refuses; users of a journal keep what they have.
func TestSandboxPassword(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "people.csv", "username,custom:tier,expect:custom:tier\nann,gold,tin\nbee,gold,much too long for this pool\n"+strings.Repeat("c", 129)+",gold,tin\n")
	c := serveCommand(t, "--users", "people.csv", "--password", "Made-up-1", "--journal", "state.jsonl")
	for _, tt := range []struct{ name, user, password, want string }{
		{"a user", "ann", "Made-up-1", ""},
		{"one whose values were refused", "bee", "Made-up-1", ""},
		{"another password", "ann", "Made-up-2", "NotAuthorizedException"},
		{"nobody", "eve", "Made-up-1", "UserNotFoundException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			exception, result := c.signIn(tt.user, tt.password)
			if exception != tt.want || (result["AccessToken"] != nil) != (tt.want == "") {
				t.Errorf("got %q, %v", exception, result)
			}
		})
	}
	c.end()
	c = serveCommand(t, "--users", "2", "--password", "Other-up-1", "--journal", "state.jsonl")
	if exception, _ := c.signIn("ann", "Made-up-1"); exception != "" {
		t.Errorf("the password of the journal is refused: %s", exception)
	}
	if exception, _ := c.signIn("ann", "Other-up-1"); exception != "NotAuthorizedException" {
		t.Errorf("another password: %s", exception)
	}
}

// TestSandboxAddressNames: where addresses are usernames, the file of tokens calls users by them.
func TestSandboxAddressNames(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "pool.json", `{"PoolName":"addresses","UsernameAttributes":["email","phone_number"]}`)
	write(t, "people.csv", "username,locale\nann@example.com,de_DE\n+15550100,de_DE\n")
	c := serveCommand(t, "--users", "people.csv", "--pool", "pool.json", "--tokens", "members.csv")
	tokens, users := tokensIn(t, "members.csv")
	if got := strings.Join(users, " "); got != "ann@example.com +15550100" {
		t.Errorf("the users are %s", got)
	}
	if exception, answer := c.call("GetUser", map[string]any{"AccessToken": tokens["ann@example.com"]}); exception != "" {
		t.Errorf("the token is refused: %v", answer)
	}
}

// TestSandboxClient: an app client is as its document says.
func TestSandboxClient(t *testing.T) {
	const settings = `"ClientName":"app","ReadAttributes":["email","locale"],"WriteAttributes":["locale"],"AccessTokenValidity":10,` +
		`"TokenValidityUnits":{"AccessToken":"minutes"},"ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH"]`
	for _, tt := range []struct{ name, document, id string }{
		{"described", `{"UserPoolClient":{"ClientId":"app0000000000000000000001","UserPoolId":"us-east-1_Elsewhere","CreationDate":"2026-01-02T03:04:05+00:00",` + settings + `}}`,
			`^app0000000000000000000001$`},
		{"a skeleton", `{"UserPoolId":"us-east-1_Elsewhere",` + settings + `}`, `^[a-z0-9]{26}$`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "app.json", tt.document)
			c := serveCommand(t, "--users", "2", "--password", "Made-up-1", "--client", "app.json", "--tokens", "members.csv")
			if !regexp.MustCompile(tt.id).MatchString(c.client) {
				t.Errorf("the client is %s", c.client)
			}
			if exception, result := c.signIn("user-00001", "Made-up-1"); exception != "" || result["ExpiresIn"] != 600.0 {
				t.Errorf("signing in: %q, good for %v seconds", exception, result["ExpiresIn"])
			}
			tokens, _ := tokensIn(t, "members.csv")
			for attribute, want := range map[string]string{"locale": "", "nickname": "NotAuthorizedException"} {
				exception, _ := c.call("UpdateUserAttributes", map[string]any{"AccessToken": tokens["user-00002"],
					"UserAttributes": []map[string]string{{"Name": attribute, "Value": "de_DE"}}})
				if exception != want {
					t.Errorf("writing %s: %q, want %q", attribute, exception, want)
				}
			}
			_, answer := c.call("GetUser", map[string]any{"AccessToken": tokens["user-00002"]})
			if said, _ := json.Marshal(answer); strings.Contains(string(said), "email_verified") || !strings.Contains(string(said), "de_DE") {
				t.Errorf("the user reads %s", said)
			}
		})
	}
}

// TestSandboxDefaultClient: it may write all that users may, and nothing else.
func TestSandboxDefaultClient(t *testing.T) {
	t.Chdir(t.TempDir())
	c := serveCommand(t, "--users", "1", "--tokens", "members.csv")
	tokens, _ := tokensIn(t, "members.csv")
	for attribute, want := range map[string]string{
		"nickname": "", "custom:tier": "", "email": "", "email_verified": "InvalidParameterException", "custom:none": "InvalidParameterException",
	} {
		t.Run(attribute, func(t *testing.T) {
			exception, answer := c.call("UpdateUserAttributes", map[string]any{"AccessToken": tokens["user-00001"],
				"UserAttributes": []map[string]string{{"Name": attribute, "Value": "a@example.com"}}})
			if exception != want {
				t.Errorf("got %v, want %q", answer, want)
			}
		})
	}
}

// TestSandboxFaultsOfTriggers: faults that happen where a Lambda function is invoked or a message is sent.
func TestSandboxFaultsOfTriggers(t *testing.T) {
	const function = `"arn:aws:lambda:us-east-1:000000000000:function:made-up"`
	update := func(c *commanded, tokens map[string]string) (string, map[string]any) {
		return c.call("UpdateUserAttributes", map[string]any{"AccessToken": tokens["user-00001"],
			"UserAttributes": []map[string]string{{"Name": "email", "Value": "new@example.com"}}})
	}
	signIn := func(c *commanded, _ map[string]string) (string, map[string]any) {
		return c.signIn("user-00001", "Made-up-1")
	}
	for _, tt := range []struct {
		name, fault, settings string
		do                    func(*commanded, map[string]string) (string, map[string]any)
		want                  string
	}{
		{"a message that is not made", "trigger-throws=1", `"LambdaConfig":{"CustomMessage":` + function + `}`, update, "UserLambdaValidationException"},
		{"a message that takes too long", "trigger-timeout=1", `"LambdaConfig":{"CustomMessage":` + function + `}`, update, "UnexpectedLambdaException"},
		{"a message that cannot be read", "trigger-garbage=1", `"LambdaConfig":{"CustomMessage":` + function + `}`, update, "InvalidLambdaResponseException"},
		{"a sign-in that is not let through", "trigger-throws=1", `"LambdaConfig":{"PreAuthentication":` + function + `}`, signIn, "UserLambdaValidationException"},
		{"an update that invokes nothing", "trigger-throws=1", `"LambdaConfig":{"PreAuthentication":` + function + `}`, update, ""},
		{"a message that is not delivered", "undeliverable=1", `"LambdaConfig":{}`, update, "CodeDeliveryFailureException"},
		{"a sign-in without a message", "undeliverable=1", `"LambdaConfig":{}`, signIn, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "pool.json", `{"PoolName":"faults","AutoVerifiedAttributes":["email"],`+tt.settings+`}`)
			c := serveCommand(t, "--users", "1", "--pool", "pool.json", "--password", "Made-up-1", "--tokens", "members.csv", "--fault", tt.fault)
			tokens, _ := tokensIn(t, "members.csv")
			if exception, answer := tt.do(c, tokens); exception != tt.want {
				t.Errorf("got %q, want %q: %v", exception, tt.want, answer)
			}
			if warned := c.stderr.String(); warned != "" {
				t.Errorf("warned: %s", warned)
			}
		})
	}
}
