package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// pages lists all users by name, page by page, and calls between after each page.
func (w *world) pages(in cip.ListUsersInput, between func()) (names []string, pages int, err error) {
	in.UserPoolId = &w.pool
	for {
		out, err := w.client.ListUsers(w.Context(), &in)
		if err != nil {
			return names, pages, err
		}
		pages++
		for _, u := range out.Users {
			names = append(names, *u.Username)
		}
		if in.PaginationToken = out.PaginationToken; in.PaginationToken == nil {
			return names, pages, nil
		}
		between()
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	var want []string
	for i := range 150 {
		want = append(want, fmt.Sprintf("user-%03d", i))
		w.user(want[i], "given_name=U")
	}
	got, pages, err := w.pages(cip.ListUsersInput{}, func() {})
	if err != nil || pages != 3 || !slices.Equal(got, want) {
		t.Fatalf("%d users in %d pages, %v", len(got), pages, err)
	}
	// Tokens hold while users come and go: the first 100 go in the middle, and the list is compacted.
	added := false
	got, _, err = w.pages(cip.ListUsersInput{Limit: aws.Int32(50)}, func() {
		if added {
			return
		}
		added = true
		for _, name := range want[:100] {
			if _, err := w.client.AdminDeleteUser(t.Context(), &cip.AdminDeleteUserInput{UserPoolId: &w.pool, Username: &name}); err != nil {
				t.Fatal(err)
			}
		}
		w.user("late", "given_name=U")
	})
	if err != nil || !slices.Equal(got, append(append(slices.Clone(want[:50]), want[100:]...), "late")) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFilter(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann", "email=ann@example.com", "sub=5a000000-0000-4000-8000-000000000001")
	w.user("anna", "given_name=An\"na", "phone_number=+15550100")
	w.user("bob", "given_name=Bob", "email=bob@example.com")
	const wrong = "InvalidParameterException: Error while parsing filter."
	for _, tt := range []struct {
		name, filter, want, err string
	}{
		{"none", ``, "ann anna bob", ""},
		{"equal", `username = "ann"`, "ann", ""},
		{"prefix without blanks", `username^="ann"`, "ann anna", ""},
		{"sub", `sub="5a000000-0000-4000-8000-000000000001"`, "ann", ""},
		{"email", ` email ^= "b" `, "bob", ""},
		{"quotation mark", `given_name = "An\"na"`, "anna", ""},
		{"user status", `cognito:user_status = "CONFIRMED"`, "ann anna bob", ""},
		{"user status in another case", `cognito:user_status ^= "conf"`, "ann anna bob", ""},
		{"status", `status = "Disabled"`, "", ""},
		{"status in another case", `status = "enabled"`, "", ""},
		{"empty", `email = ""`, "", ""},
		{"empty, of all who have it", `email ^= ""`, "", ""},
		{"empty username", `username = ""`, "", ""},
		{"attribute in quotation marks", `"email" = "ann@example.com"`, "ann", ""},
		{"status in quotation marks", `"cognito:user_status"="confirmed"`, "ann anna bob", ""},
		{"in another case", `email = "ANN@Example.com"`, "ann", ""},
		{"prefix in another case", `given_name ^= "aN"`, "ann anna", ""},
		{"beginning of a sub in another case", `sub ^= "5A"`, "ann", ""},
		{"sub in another case", `sub = "5A000000-0000-4000-8000-000000000001"`, "ann", ""},
		{"username in another case", `username = "ANN"`, "", ""},
		{"enabled", `status = "Enabled"`, "ann anna bob", ""},
		{"attribute that is no name", `tier2 = "gold"`, "", "InvalidParameterException: Invalid search attribute: tier2"},
		{"attribute in another case", `Email = "ann@example.com"`, "", "InvalidParameterException: Invalid search attribute: Email"},
		{"one quotation mark", `"email = "x"`, "", wrong},
		{"contains", `email ~ "x"`, "", wrong},
		{"256 characters", `username = "` + strings.Repeat("ü", 243) + `"`, "", ""},
		{"nobody", `username = "eve"`, "", ""},
		{"custom", `custom:tier = "gold"`, "", "InvalidParameterException: Invalid search attribute: custom:tier"},
		{"no quotation marks", `username = ann`, "", wrong},
		{"two", `username = "ann" and email = "x"`, "", wrong},
		{"quotation mark inside", `username = "a"b"`, "", wrong},
		{"257 characters", `username = "` + strings.Repeat("ü", 244) + `"`, "", "InvalidParameterException: 1 validation error detected: " +
			"Value at 'filter' failed to satisfy constraint: Member must have length less than or equal to 256"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := w.pages(cip.ListUsersInput{Filter: &tt.filter, Limit: aws.Int32(1)}, func() {})
			if strings.Join(got, " ") != tt.want || text(err) != tt.err {
				t.Errorf("got %q, %q, want %q, %q", got, text(err), tt.want, tt.err)
			}
		})
	}
}

// TestFilterFoldsUsernames holds that the pool's view of case counts for usernames, whole or not.
func TestFilterFoldsUsernames(t *testing.T) {
	for _, tt := range []struct{ name, pool, filter, want string }{
		{"equal, folded", aliasPool, `username = "ANN"`, "Ann"},
		{"prefix, folded", aliasPool, `username ^= "aN"`, "Ann"},
		{"equal, kept", plainPool, `username = "ANN"`, ""},
		{"prefix, kept", plainPool, `username ^= "aN"`, ""},
		{"other attributes are folded anyhow", plainPool, `name ^= "a"`, "Ann"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.pool, Config{})
			w.user("Ann", "name=Ann")
			got, _, err := w.pages(cip.ListUsersInput{Filter: &tt.filter}, func() {})
			if strings.Join(got, " ") != tt.want || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// TestAttributesToGet holds AWS's habit: an attribute that somebody in the page lacks is an error,
// and an empty list shows no attributes.
func TestAttributesToGet(t *testing.T) {
	const lacking = "InvalidParameterException: One or more requested attributes do not exist."
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann", "email=ann@example.com")
	w.user("bob", "given_name=Bob")
	for _, tt := range []struct {
		name  string
		names []string
		limit int32
		want  string // of the first user
		err   string
	}{
		{"not given", nil, 60, "email given_name sub", ""},
		{"everybody has it", []string{"given_name"}, 60, "given_name", ""},
		{"somebody lacks it", []string{"given_name", "email"}, 60, "", lacking},
		{"somebody beyond the page lacks it", []string{"given_name", "email"}, 1, "email given_name", ""},
		{"unknown", []string{"custom:x"}, 60, "", lacking},
		{"empty", []string{}, 60, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := w.client.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: &w.pool, AttributesToGet: tt.names, Limit: &tt.limit})
			if text(err) != tt.err {
				t.Fatalf("got %q, want %q", text(err), tt.err)
			}
			if err != nil {
				return
			}
			var names []string
			for _, a := range out.Users[0].Attributes {
				names = append(names, *a.Name)
			}
			if got := strings.Join(names, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestListErrors(t *testing.T) {
	w := newWorld(t, plainPool, Config{})
	w.user("ann", "given_name=Ann", "email=ann@example.com")
	w.user("bob", "given_name=Bob")
	for _, tt := range []struct {
		name string
		in   cip.ListUsersInput
		want string
	}{
		{"limit", cip.ListUsersInput{Limit: aws.Int32(61)},
			"InvalidParameterException: 1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60"},
		{"token", cip.ListUsersInput{PaginationToken: aws.String("made-up")}, "InvalidParameterException: Invalid pagination token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := w.pages(tt.in, func() {}); text(err) != tt.want {
				t.Errorf("got %q, want %q", text(err), tt.want)
			}
		})
	}
	out, err := w.client.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: &w.pool, Limit: aws.Int32(1)})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = w.pages(cip.ListUsersInput{PaginationToken: out.PaginationToken, Filter: aws.String(`sub = "x"`)}, func() {})
	if text(err) != "InvalidParameterException: Invalid pagination token" {
		t.Errorf("a token with another filter: %v", err)
	}
}
