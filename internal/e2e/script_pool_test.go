package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"attrmigrate/internal/e2e/harness"
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
	ts.Check(harness.SetAttribute(s, s.pool, args[0], args[1], strings.Join(args[2:], " ")))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own++
	if s.received[updateOperation]--; s.received[updateOperation] == 0 {
		delete(s.received, updateOperation)
	}
}
