package campaign

import (
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// goodFacts are those of a run of two starts: ann has two records, bob one, the fourth names nobody, and
// the last finds bob as it wants him. The first start was killed behind ann's first update, and the
// second one found it done.
func goodFacts() Facts {
	type values = map[string]string
	change := func(n int64, user string, changes ...sandbox.Change) sandbox.Update {
		return sandbox.Update{Sequence: n, Username: user, Changes: changes}
	}
	undo := `{"_undo":1,"_line":2,"username":"ann","attributes":{"custom:tier":null},"expect":{"custom:tier":"gold"}}` + "\n"
	all := undo + `{"_undo":2,"_line":3,"username":"bob","attributes":{"email":"bob@example.com","email_verified":"true"},"expect":{"email":"bob.2@example.com"}}` + "\n" +
		`{"_undo":3,"_line":4,"username":"ann","attributes":{"custom:tier":"gold"},"expect":{"custom:tier":"silver"}}` + "\n"
	update, read := "AdminUpdateUserAttributes", "AdminGetUser"
	return Facts{
		Records: []Record{
			{Line: 2, User: "ann", Set: values{"custom:tier": "gold"}},
			{Line: 3, User: "bob", Set: values{"email": "bob.2@example.com"}},
			{Line: 4, User: "ann", Set: values{"custom:tier": "silver"}},
			{Line: 5, Set: values{"custom:tier": "gold"}, Bad: true},
			{Line: 6, User: "bob", Set: values{"locale": "de"}},
			{Line: 7, User: "bob", Set: values{"locale": "fr"}, Expect: values{"nickname": "bo"}, Skip: true},
		},
		Before: map[string]map[string]string{
			"ann": {}, "bob": {"email": "bob@example.com", "email_verified": "true", "locale": "de"},
		},
		After: map[string]map[string]string{
			"ann": {"custom:tier": "silver"}, "bob": {"email": "bob.2@example.com", "email_verified": "false", "locale": "de"},
		},
		Updates: []sandbox.Update{
			change(7, "ann", sandbox.Change{Name: "custom:tier", After: "gold"}),
			change(8, "ann"),
			change(9, "bob", sandbox.Change{Name: "email", Before: "bob@example.com", After: "bob.2@example.com"},
				sandbox.Change{Name: "email_verified", Before: "true", After: "false"}),
			change(10, "ann", sandbox.Change{Name: "custom:tier", Before: "gold", After: "silver"}),
		},
		Starts: []Start{
			{Requests: []Request{{read, "ann", ""}, {update, "ann", Dropped}}, Accepted: 1, Undo: []byte(undo + `{"_un`)},
			{Requests: []Request{{update, "ann", ""}, {update, "bob", "AccessDeniedException"}, {update, "ann", ""}}, Accepted: 4,
				Undo: []byte(all), Output: "done"},
		},
		Files: map[string][]byte{
			"applied.csv":     []byte("file,line,username,outcome,at\nx.csv,2,ann,updated,\nx.csv,3,bob,updated,\nx.csv,4,ann,updated,\nx.csv,6,bob,unchanged,\nx.csv,7,bob,skipped,\n"),
			"checkpoint.json": []byte(`{"counts": {"updated": 3, "unchanged": 1, "skipped": 1, "failed": 1}}`),
			"errors.csv":      []byte("username,custom:tier,_file,_line,_class,_code\nnobody,gold,x.csv,5,record,UserNotFoundException\n"),
			"undo.jsonl":      []byte(all),
		},
		Tokens: []string{"header.claims-of-ann.signature-of-ann"}, Workers: 1, MaxAttempts: 3,
	}
}

// TestCheck plants each violation in facts that are otherwise good.
func TestCheck(t *testing.T) {
	report := func(f *Facts, name, from, to string) {
		f.Files[name] = []byte(strings.Replace(string(f.Files[name]), from, to, 1))
	}
	fail := func(f *Facts, line, class, code string) { // a record that was not sent is listed as failed
		report(f, "applied.csv", "x.csv,"+line+",ann,updated,\n", "")
		report(f, "checkpoint.json", `"updated": 3`, `"updated": 2`)
		f.Files["errors.csv"] = append(f.Files["errors.csv"], "ann,gold,x.csv,"+line+","+class+","+code+"\n"...)
	}
	for _, tt := range []struct {
		name  string
		plant func(*Facts)
		want  string // "" for none
	}{
		{"nothing", func(*Facts) {}, ""},
		{"an update never came", func(f *Facts) {
			f.Updates = f.Updates[:3]
			f.Starts[1].Accepted, f.After["ann"] = 3, map[string]string{"custom:tier": "gold"}
		}, Lost},
		{"an update between has been skipped", func(f *Facts) {
			f.Updates = append(f.Updates[2:3:3], sandbox.Update{Sequence: 10, Username: "ann", Changes: []sandbox.Change{{Name: "custom:tier", After: "silver"}}})
			f.Starts[0].Accepted, f.Starts[1].Accepted = 0, 2
		}, Lost},
		{"the pool has something else", func(f *Facts) { f.After["bob"]["locale"] = "fr" }, Lost},
		{"the pool has lost a user", func(f *Facts) { delete(f.After, "bob") }, Lost},
		{"two changes of a user in turn", func(f *Facts) {
			f.Updates = []sandbox.Update{
				{Sequence: 7, Username: "ann", Changes: []sandbox.Change{{Name: "custom:tier", After: "silver"}}}, f.Updates[2],
				{Sequence: 10, Username: "ann", Changes: []sandbox.Change{{Name: "custom:tier", Before: "silver", After: "gold"}}},
			}
			f.After["ann"] = map[string]string{"custom:tier": "gold"}
			f.Starts[0].Accepted, f.Starts[1].Accepted = 0, 3
		}, OutOfOrder},
		{"an earlier change again, behind a later one", func(f *Facts) {
			f.Updates = append(f.Updates, sandbox.Update{Sequence: 11, Username: "ann", Changes: []sandbox.Change{{Name: "custom:tier", Before: "silver", After: "gold"}}},
				sandbox.Update{Sequence: 12, Username: "ann", Changes: []sandbox.Change{{Name: "custom:tier", Before: "gold", After: "silver"}}})
		}, OutOfOrder},
		{"a change that nobody asked for", func(f *Facts) { f.Updates[3].Changes[0].After = "bronze" }, OutOfOrder},
		{"a record in no report", func(f *Facts) { report(f, "applied.csv", "x.csv,6,bob,unchanged,\n", "") }, Missing},
		{"a failed record in no report", func(f *Facts) { delete(f.Files, "errors.csv") }, Missing},
		{"a record twice in one report", func(f *Facts) { report(f, "applied.csv", "x.csv,2", "x.csv,2,ann,updated,\nx.csv,2") }, Twice},
		{"a record in both reports", func(f *Facts) {
			f.Files["applied.csv"] = append(f.Files["applied.csv"], "x.csv,5,nobody,updated,\n"...)
		}, Twice},
		{"a row of a record in no report", func(f *Facts) { f.Records[3].Rows = []int{5, 51} }, Missing},
		{"a line that is not there", func(f *Facts) { report(f, "errors.csv", "x.csv,5", "x.csv,99,,\n,,x.csv,5") }, WrongReport},
		{"a report that is cut short", func(f *Facts) { f.Files["errors.jsonl"] = []byte(`{"_error":`) }, WrongReport},
		{"a good row refused by nobody", func(f *Facts) { fail(f, "4", "record", "UserLambdaValidationException") }, GoodFailed},
		{"a call that timed out once", func(f *Facts) {
			fail(f, "4", "unknown", "Timeout")
			f.Starts[1].Requests = append(f.Starts[1].Requests, Request{"AdminGetUser", "ann", Hung})
		}, GoodFailed},
		{"a fault that is no refusal", func(f *Facts) {
			fail(f, "4", "record", "TooManyRequestsException")
			f.Starts[1].Requests[0].Fault = "TooManyRequestsException"
		}, GoodFailed},
		{"a good row refused", func(f *Facts) {
			fail(f, "4", "record", "UserLambdaValidationException")
			f.Starts[1].Requests[0].Fault = "UserLambdaValidationException"
		}, ""},
		{"calls without an answer, as many as there may be", func(f *Facts) {
			fail(f, "4", "unknown", "Timeout")
			for range f.MaxAttempts {
				f.Starts[1].Requests = append(f.Starts[1].Requests, Request{"AdminGetUser", "ann", Hung})
			}
		}, ""},
		{"a bad row applied", func(f *Facts) {
			report(f, "errors.csv", "nobody,gold,x.csv,5,record,UserNotFoundException\n", "")
			report(f, "applied.csv", "x.csv,6", "x.csv,5,nobody,updated,\nx.csv,6")
		}, BadApplied},
		{"a row applied whose user is another", func(f *Facts) { report(f, "applied.csv", "bob,skipped", "bob,unchanged") }, WrongSkip},
		{"a good row skipped", func(f *Facts) { report(f, "applied.csv", "bob,unchanged", "bob,skipped") }, WrongSkip},
		{"a row that failed and was to be skipped", func(f *Facts) {
			report(f, "applied.csv", "x.csv,7,bob,skipped,\n", "")
			f.Files["errors.csv"] = append(f.Files["errors.csv"], "bob,,x.csv,7,conflict,Conflict\n"...)
		}, GoodFailed},
		{"a start that has not counted", func(f *Facts) { report(f, "checkpoint.json", `"skipped": 1, `, "") }, WrongCount},
		{"updates behind a fatal stop", func(f *Facts) {
			for range 2*f.Workers + 8 {
				f.Starts[1].Requests = append(f.Starts[1].Requests, Request{"AdminUpdateUserAttributes", "bob", ""})
			}
		}, AfterStop},
		{"reads behind a fatal stop", func(f *Facts) {
			for range 2*f.Workers + 8 {
				f.Starts[1].Requests = append(f.Starts[1].Requests, Request{"AdminGetUser", "bob", ""})
			}
		}, ""},
		{"an update without an undo entry", func(f *Facts) { f.Starts[0].Undo = nil }, NoWayBack},
		{"an undo entry with another before-image", func(f *Facts) {
			f.Starts[1].Undo = []byte(strings.Replace(string(f.Starts[1].Undo), `{"custom:tier":"gold"},"expect":{"custom:tier":"silver"}`, `{"custom:tier":null},"expect":{"custom:tier":"silver"}`, 1))
		}, NoWayBack},
		{"the undo file cut by a start", func(f *Facts) {
			_, rest, _ := strings.Cut(string(f.Starts[1].Undo), "\n")
			f.Starts[1].Undo = []byte(rest)
		}, UndoCut},
		{"the first before-image overwritten", func(f *Facts) {
			report(f, "undo.jsonl", `{"custom:tier":null}`, `{"custom:tier":"gold"}`)
		}, ImageLost},
		{"an entry is gone from the end of the undo file", func(f *Facts) {
			lines := strings.SplitAfter(string(f.Files["undo.jsonl"]), "\n")
			f.Files["undo.jsonl"] = []byte(lines[0] + lines[1])
		}, ImageLost},
		{"the pool is not what it was", func(f *Facts) { f.Goal = f.Before }, ImageLost},
		{"a run that reads nobody has no undo", func(f *Facts) {
			f.NoRead = true
			delete(f.Files, "undo.jsonl")
			f.Starts[0].Undo, f.Starts[1].Undo = nil, nil
		}, ""},
		{"a token in a file", func(f *Facts) { f.Files["lock"] = []byte("header.claims-of-ann.signature-of-ann") }, TokenTold},
		{"the signature of a token in a log", func(f *Facts) { f.Starts[0].Output = "signature-of-ann" }, TokenTold},
		{"the header of a token, which all have", func(f *Facts) { f.Starts[0].Output = "header" }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := goodFacts()
			tt.plant(&f)
			found := Check(f)
			if tt.want == "" {
				for _, v := range found {
					t.Errorf("found in good facts: %s", v)
				}
				return
			}
			for _, v := range found {
				if v.Rule == tt.want {
					return
				}
			}
			t.Errorf("found %v, want %q", found, tt.want)
		})
	}
}

// TestModel holds the model of what a record does against the rules of Cognito that it has.
func TestModel(t *testing.T) {
	type values = map[string]string
	for _, tt := range []struct {
		name              string
		model             model
		before, set, want values
	}{
		{"a value", model{}, values{"locale": "de"}, values{"locale": "fr", "custom:tier": "gold"}, values{"locale": "fr", "custom:tier": "gold"}},
		{"a deletion", model{}, values{"locale": "de"}, values{"locale": ""}, values{}},
		{"an address resets its flag", model{}, values{"email": "a", "email_verified": "true"}, values{"email": "b"}, values{"email": "b", "email_verified": "false"}},
		{"the same address does not", model{}, values{"email": "a", "email_verified": "true"}, values{"email": "a"}, values{"email": "a", "email_verified": "true"}},
		{"an address with its flag", model{}, values{"email": "a"}, values{"email": "b", "email_verified": "true"}, values{"email": "b", "email_verified": "true"}},
		{"a flag that is kept", model{keep: true}, values{"email": "a", "email_verified": "true"}, values{"email": "b"}, values{"email": "b", "email_verified": "true"}},
		{"a flag that was not true is not", model{keep: true}, values{"email": "a"}, values{"email": "b"}, values{"email": "b", "email_verified": "false"}},
		{"an address that waits", model{verifyFirst: addresses}, values{"email": "a", "email_verified": "true"}, values{"email": "b", "locale": "de"},
			values{"email": "a", "email_verified": "true", "locale": "de"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := difference(tt.model.apply(tt.before, Record{Set: tt.set}), tt.want); d != "" {
				t.Error(d)
			}
		})
	}
}
