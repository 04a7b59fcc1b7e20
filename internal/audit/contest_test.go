package audit

import (
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// TestContests says whose address goes to whom, and in which order users are changed that depend on each other. Both
// ways of reading find the same.
func TestContests(t *testing.T) {
	aliases := cognito.Pool{AliasAttributes: []string{"email", "preferred_username"}}
	byAddress := cognito.Pool{UsernameAttributes: []string{"email"}}
	verified := func(name string) cognito.User { return person(name, "email="+name+"@x.org", "email_verified=true") }
	ann, bob, cat := verified("ann"), verified("bob"), verified("cat")
	twin := person("twin", "email=ann@x.org", "email_verified=false")
	for _, tt := range []struct {
		name    string
		pool    cognito.Pool
		live    []cognito.User
		records []*sources.Change
		kinds   string   // with the numbers of records, and of addresses that are taken
		taken   []string // rows of audit.csv
		steps   []string
	}{
		{"a flag takes", aliases, []cognito.User{ann, twin}, []*sources.Change{record("twin", "email_verified=true")},
			"address-held 1/1 ann", []string{`users.csv:2 ann email_verified taken "true">"false" the address is taken by "twin"`}, nil},
		{"a flag beside the address that is there takes", aliases, []cognito.User{twin, ann}, []*sources.Change{record("twin", "email=ann@x.org", "email_verified=true")},
			"address-held 1/1 ann", []string{`users.csv:2 ann email_verified taken "true">"false" the address is taken by "twin"`}, nil},
		{"a flag in another case takes", aliases, []cognito.User{ann, person("twin", "email=ANN@x.org")}, []*sources.Change{record("twin", "email_verified=true")},
			"address-held 1/1 ann", []string{`users.csv:2 ann email_verified taken "true">"false" the address is taken by "twin"`}, nil},
		{"a flag of one's own", aliases, []cognito.User{ann}, []*sources.Change{record("ann", "email_verified=true", "email=Ann@x.org")}, "", nil, nil},
		{"a flag of nobody else's", aliases, []cognito.User{bob, twin}, []*sources.Change{record("twin", "email_verified=true")}, "", nil, nil},
		{"where addresses are usernames a flag takes nothing", byAddress, []cognito.User{bob, twin}, []*sources.Change{record("twin", "email_verified=true")}, "", nil, nil},
		{"two flags for one address", aliases, []cognito.User{twin, person("tom", "email=ann@x.org")},
			[]*sources.Change{record("twin", "email_verified=true"), record("tom", "email_verified=true")},
			"address-shared 2/1", []string{`users.csv:3 twin email_verified taken "true">"false" the address is taken by "tom"`},
			[]string{"1 twin: email_verified=true | email_verified=false email=ann@x.org", "1 tom: email_verified=true | email_verified= email=ann@x.org"}},
		{"passed on, the wrong way round", aliases, []cognito.User{ann, bob},
			[]*sources.Change{record("ann", "email=bob@x.org", "email_verified=true"), record("bob", "email=new@x.org", "email_verified=true")},
			"address-passed 1/0", nil,
			[]string{"1 bob: email=new@x.org email_verified=true | email=bob@x.org email_verified=true", "1 ann: email=bob@x.org email_verified=true | email=ann@x.org email_verified=true"}},
		{"given up by its flag", aliases, []cognito.User{ann, twin},
			[]*sources.Change{record("twin", "email_verified=true"), record("ann", "email_verified=false")},
			"address-passed 1/0", nil,
			[]string{"1 ann: email_verified=false | email_verified=true", "1 twin: email_verified=true | email_verified=false email=ann@x.org"}},
		{"swapped", aliases, []cognito.User{ann, bob},
			[]*sources.Change{record("ann", "email=bob@x.org", "email_verified=true"), record("bob", "email=ann@x.org", "email_verified=true")},
			"address-passed 2/0", nil,
			[]string{"1 ann: email_verified=false | email_verified=true email=ann@x.org",
				"1 bob: email=ann@x.org email_verified=true | email=bob@x.org email_verified=true",
				"1 ann: email=bob@x.org email_verified=true | email=ann@x.org email_verified=false"}},
		{"three in a circle", aliases, []cognito.User{ann, bob, cat},
			[]*sources.Change{record("ann", "email=bob@x.org", "email_verified=true"), record("bob", "email=cat@x.org", "email_verified=true"), record("cat", "email=ann@x.org", "email_verified=true")},
			"address-passed 3/0", nil,
			[]string{"1 ann: email_verified=false | email_verified=true email=ann@x.org",
				"1 cat: email=ann@x.org email_verified=true | email=cat@x.org email_verified=true",
				"1 bob: email=cat@x.org email_verified=true | email=bob@x.org email_verified=true",
				"1 ann: email=bob@x.org email_verified=true | email=ann@x.org email_verified=false"}},
		{"swapped, but to be verified first", aliases, []cognito.User{ann, bob},
			[]*sources.Change{record("ann", "email=bob@x.org"), record("bob", "email=ann@x.org")}, "verified-reset 2/0", nil, nil},
		{"swapped usernames", byAddress, []cognito.User{ann, bob},
			[]*sources.Change{record("ann", "email=bob@x.org", "email_verified=true"), record("bob", "email=ann@x.org", "email_verified=true")},
			"address-circle 2/0, address-passed 2/0", nil, nil},
		{"a username passed on", byAddress, []cognito.User{ann, bob},
			[]*sources.Change{record("ann", "email=bob@x.org", "email_verified=true"), record("bob", "email=new@x.org", "email_verified=true")},
			"address-passed 1/0", nil,
			[]string{"1 bob: email=new@x.org email_verified=true | email=bob@x.org email_verified=true", "1 ann: email=bob@x.org email_verified=true | email=ann@x.org email_verified=true"}},
		{"swapped preferred usernames", aliases, []cognito.User{person("ann", "preferred_username=a"), person("bob", "preferred_username=b")},
			[]*sources.Change{record("ann", "preferred_username=b"), record("bob", "preferred_username=a")}, "address-passed 2/0", nil,
			[]string{"1 ann: preferred_username= | preferred_username=a", "1 bob: preferred_username=a | preferred_username=b", "1 ann: preferred_username=b | preferred_username="}},
	} {
		for _, mode := range []Mode{Scan, Lookup} {
			t.Run(tt.name+"/"+string(mode), func(t *testing.T) {
				r, out := planned(t, tt.pool, mode, Options{}, &users{list: tt.live}, changes(tt.records...))
				var kinds, taken []string
				for _, w := range r.Warnings {
					kinds = append(kinds, strings.TrimSpace(w.Kind+" "+number(w.Count)+"/"+number(w.Taken)+" "+strings.Join(w.Holders, " ")))
				}
				for _, row := range out.rows {
					if strings.Contains(row, " taken ") && strings.Contains(row, "the address is taken") {
						taken = append(taken, row)
					}
				}
				if got := strings.Join(kinds, ", "); got != tt.kinds {
					t.Errorf("warnings %s, want %s", got, tt.kinds)
				}
				if !slices.Equal(taken, tt.taken) || !slices.Equal(out.steps, tt.steps) {
					t.Errorf("taken %q, want %q\nsteps\n%s\nwant\n%s", taken, tt.taken, strings.Join(out.steps, "\n"), strings.Join(tt.steps, "\n"))
				}
			})
		}
	}
}

// TestContestsByRecord: applied one by one, records may take what a plan does not, and stand in an order that does not work.
func TestContestsByRecord(t *testing.T) {
	verified := func(name string) cognito.User { return person(name, "email="+name+"@x.org", "email_verified=true") }
	for _, tt := range []struct {
		name      string
		records   []*sources.Change
		taken     int64
		misplaced string
	}{
		{"taken on the way", []*sources.Change{record("ann", "email=bob@x.org", "email_verified=true"), record("ann", "email=new@x.org", "email_verified=true")}, 1, ""},
		{"too early", []*sources.Change{record("ann", "email=bob@x.org", "email_verified=true"), record("bob", "email=new@x.org")}, 0, "users.csv:3 users.csv:2"},
		{"in order", []*sources.Change{record("bob", "email=new@x.org"), record("ann", "email=bob@x.org", "email_verified=true")}, 0, ""},
		{"given up and taken back in time", []*sources.Change{record("bob", "email_verified=false"), record("ann", "email=bob@x.org", "email_verified=true"),
			record("ann", "email=ann@x.org", "email_verified=true"), record("bob", "email_verified=true")}, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Plan(t.Context(), Config{Pool: &cognito.Pool{ID: poolID, Schema: exampleSchema(), AliasAttributes: []string{"email"}}, Changes: changes(tt.records...),
				Writer: &output{}, Reader: reading(&users{list: []cognito.User{verified("ann"), verified("bob")}}), Read: Scan, ByRecord: true})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(r.Misplaced, " "); r.Losses() != tt.taken || got != tt.misplaced {
				t.Errorf("%d are taken, want %d; misplaced %s, want %s", r.Losses(), tt.taken, got, tt.misplaced)
			}
		})
	}
}
