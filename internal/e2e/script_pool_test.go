package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"attrmigrate/internal/sandbox"
)

// createPeople makes a user of each line.
func createPeople(ts *testscript.TestScript, s *running, lines string) {
	for line := range strings.Lines(lines) {
		var u sandbox.User
		ts.Check(json.Unmarshal([]byte(line), &u))
		ts.Check(s.CreateUser(s.pool, u))
	}
}

// setUser NAME ATTRIBUTE [VALUE] changes a user behind the program's back, which is not counted; no
// value: the attribute is deleted.
func setUser(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxOf(ts)
	body, err := json.Marshal(map[string]any{"UserPoolId": s.pool, "Username": args[0], "UserAttributes": []map[string]string{
		{"Name": args[1], "Value": strings.Join(args[2:], " ")},
	}})
	ts.Check(err)
	request := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	request.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+updateOperation)
	request.Header.Set("Authorization", "the script")
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, request)
	if answer.Code != http.StatusOK {
		ts.Fatalf("%s", answer.Body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own++
	if s.received[updateOperation]--; s.received[updateOperation] == 0 {
		delete(s.received, updateOperation)
	}
}
