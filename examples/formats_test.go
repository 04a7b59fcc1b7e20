package examples

import (
	"fmt"
	"maps"
	"testing"

	"attrmigrate/internal/sandbox"
)

// formatsPool is a pool for the long CSV and the JSONL.
const formatsPool = `{"UserPool": {"Id": "us-east-1_Example00", "Name": "formats", "SchemaAttributes": [
	{"Name": "custom:consent_version", "AttributeDataType": "String"},
	{"Name": "custom:consent_email", "AttributeDataType": "String"},
	{"Name": "custom:consent_sms", "AttributeDataType": "String"},
	{"Name": "custom:state", "AttributeDataType": "String"},
	{"Name": "custom:closed_on", "AttributeDataType": "String"},
	{"Name": "custom:strikes", "AttributeDataType": "Number"},
	{"Name": "custom:appeal", "AttributeDataType": "Boolean"}]}}`

// numberedUsers are users with every number that is a multiple of step, all with the same attributes.
func numberedUsers(n, step int, attributes map[string]string) (users []sandbox.User, want map[string]map[string]string) {
	want = map[string]map[string]string{}
	for i := 1; i <= n; i++ {
		name := fmt.Sprintf("user-%05d", i*step)
		users = append(users, sandbox.User{Username: name, Attributes: maps.Clone(attributes)})
		want[name] = maps.Clone(attributes)
	}
	return users, want
}

// TestLong also says that the rows of one user are one record.
func TestLong(t *testing.T) {
	users, want := numberedUsers(20, 3, map[string]string{"custom:consent_sms": "yes", "locale": "en_US"})
	c := serve(t, []byte(formatsPool), users)
	start := c.users()
	file := c.example("long/consents.csv")
	c.apply(t, 0, file)

	_, rows := readCSV(t, file)
	deleted := 0
	for _, row := range rows {
		value := row["value"]
		if value == "<delete>" {
			value = ""
			deleted++
		}
		set(want, row["username"], row["attribute"], value)
	}
	c.check(t, want)
	if deleted == 0 {
		t.Error("the example deletes nothing")
	}
	if _, applied := readCSV(t, "consents.run/applied.csv"); len(applied) != len(users) || len(c.Log()) != len(users) {
		t.Errorf("%d records and %d updates for %d rows of %d users, want one a user", len(applied), len(c.Log()), len(rows), len(users))
	}
	c.goBack(t, file, "consents.run", start)
}

func TestJSONL(t *testing.T) {
	users, want := numberedUsers(6, 1, map[string]string{
		"phone_number": "+15555550100", "nickname": "Kim", "address": "1 Example Road", "birthdate": "1987-02-28",
	})
	users[5].Attributes["sub"] = "00000000-0000-4000-8000-000000000006" // as the file has it
	c := serve(t, []byte(formatsPool), users)
	start := c.users()
	file := c.example("jsonl/offboarding.jsonl")
	c.apply(t, 0, file)

	for _, change := range []struct{ user, name, value string }{
		{"user-00001", "phone_number", ""}, {"user-00001", "nickname", ""}, {"user-00001", "custom:state", "closed"},
		{"user-00002", "phone_number", ""}, {"user-00002", "custom:state", "closed"}, {"user-00002", "custom:closed_on", "2026-03-31"},
		{"user-00003", "address", ""}, {"user-00003", "birthdate", ""}, {"user-00003", "custom:state", "closed"},
		{"user-00004", "custom:state", "suspended"}, {"user-00004", "custom:strikes", "3"}, {"user-00004", "custom:appeal", "true"},
		{"user-00005", "phone_number", ""}, {"user-00005", "custom:state", "closed"},
		{"user-00006", "email", "user-00006@example.com"}, {"user-00006", "email_verified", "true"},
		{"user-00006", "nickname", "Sam"}, {"user-00006", "custom:state", "active"},
	} {
		set(want, change.user, change.name, change.value)
		if change.name == "phone_number" { // the flag goes with the address
			set(want, change.user, "phone_number_verified", "false")
		}
	}
	c.check(t, want)
	if _, applied := readCSV(t, "offboarding.run/applied.csv"); len(applied) != len(users) {
		t.Errorf("applied.csv has %d records, want %d", len(applied), len(users))
	}
	c.goBack(t, file, "offboarding.run", start)
}
