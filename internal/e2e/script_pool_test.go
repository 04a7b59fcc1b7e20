package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
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

// createPool ID [account=A] [users=N] makes one more pool in the sandbox, like its first.
func createPool(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxOf(ts)
	settings := settingsOf(ts, args[1:], "account", "users")
	text, err := os.ReadFile(poolFile)
	ts.Check(err)
	var document struct{ UserPool map[string]any }
	ts.Check(json.Unmarshal(text, &document))
	region, _, _ := strings.Cut(args[0], "_")
	document.UserPool["Id"] = args[0]
	if account := settings["account"]; account != "" {
		document.UserPool["Arn"] = "arn:aws:cognito-idp:" + region + ":" + account + ":userpool/" + args[0]
	}
	text, err = json.Marshal(document)
	ts.Check(err)
	id, err := s.CreatePool(text)
	ts.Check(err)
	users, _ := strconv.Atoi(settings["users"])
	for i := 1; i <= users; i++ {
		ts.Check(s.CreateUser(id, sandbox.User{Username: fmt.Sprintf("user-%05d", i)}))
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
