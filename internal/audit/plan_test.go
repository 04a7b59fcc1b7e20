package audit

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/listing"
	"attrmigrate/sources"
)

// Both ways of reading must find the same.
func TestPlan(t *testing.T) {
	aliases := cognito.Pool{AliasAttributes: []string{"email", "preferred_username"}, CaseSensitive: true}
	anyCase := cognito.Pool{AliasAttributes: []string{"email"}}
	byAddress := cognito.Pool{UsernameAttributes: []string{"email"}}
	broken := &sources.Change{Username: "amy", Err: errors.New("the row has 2 cells, the header has 3")}
	amy := person("amy", "custom:tier=silver", "locale=de", "email=amy@example.com", "email_verified=true")
	tests := []struct {
		name    string
		pool    cognito.Pool
		live    []cognito.User
		records []*sources.Change
		rows    []string
		changes []string
	}{
		{
			name: "change, delete, unchanged", live: []cognito.User{amy},
			records: []*sources.Change{record("amy", "custom:tier=gold", "nickname=", "locale=")},
			rows: []string{
				`users.csv:2 amy custom:tier change "silver">"gold" `,
				`users.csv:2 amy nickname unchanged "">"" `,
				`users.csv:2 amy locale delete "de">"" `,
			},
			changes: []string{"amy: custom:tier=gold locale= | custom:tier=silver locale=de"},
		},
		{
			name: "missing", live: []cognito.User{amy},
			records: []*sources.Change{record("bob", "locale=fr", "nickname=b"), record("bob", "locale=it")},
			rows: []string{
				`users.csv:2 bob locale missing "">"fr" the pool has no such user`,
				`users.csv:2 bob nickname missing "">"b" the pool has no such user`,
				`users.csv:3 bob locale missing "">"it" the pool has no such user`,
			},
		},
		{
			name: "invalid", live: []cognito.User{amy},
			records: []*sources.Change{record("amy", "custom:tier=much too long", "locale=fr"), broken, record("amy", "custom:teir=x")},
			rows: []string{
				`users.csv:2 amy custom:tier invalid "">"much too long" value is 13 bytes, the pool allows 10`,
				`users.csv:2 amy locale invalid "">"fr" refused with the record: custom:tier: value is 13 bytes, the pool allows 10`,
				`users.csv:3 amy  invalid "">"" the row has 2 cells, the header has 3`,
				`users.csv:4 amy custom:teir invalid "">"x" the pool has no such attribute, did you mean custom:tier?`,
			},
		},
		{
			name: "conflict", live: []cognito.User{amy},
			records: []*sources.Change{record("amy", "custom:tier=gold", "?custom:tier=bronze")},
			rows:    []string{`users.csv:2 amy custom:tier conflict "silver">"gold" expected "bronze"`},
		},
		{
			name: "nothing to change", live: []cognito.User{amy}, records: []*sources.Change{record("amy")},
			rows: []string{`users.csv:2 amy  unchanged "">"" nothing to change`},
		},
		{
			name: "nothing to change of a user who is not there", live: []cognito.User{amy}, records: []*sources.Change{record("bob")},
			rows: []string{`users.csv:2 bob  unchanged "">"" nothing to change`},
		},
		{
			name: "duplicates: the net change stands", live: []cognito.User{amy},
			records: []*sources.Change{record("amy", "custom:tier=gold", "nickname=a"),
				record("amy", "custom:tier=silver"), record("amy", "custom:tier=bronze", "?custom:tier=silver")},
			rows: []string{
				`users.csv:2 amy custom:tier duplicate "silver">"gold" users.csv:3, of the same user, comes after it; the net change stands`,
				`users.csv:3 amy custom:tier duplicate "gold">"silver" users.csv:4, of the same user, comes after it; the net change stands`,
				`users.csv:4 amy custom:tier change "silver">"bronze" the net change of 3 records of this user`,
				`users.csv:2 amy nickname change "">"a" the net change of 3 records of this user`,
			},
			changes: []string{"amy: custom:tier=bronze nickname=a | custom:tier=silver nickname="},
		},
		{
			name: "duplicates: a record in conflict is left out", live: []cognito.User{amy},
			records: []*sources.Change{record("amy", "custom:tier=gold"), record("amy", "custom:tier=bronze", "?custom:tier=silver")},
			rows: []string{
				`users.csv:3 amy custom:tier conflict "gold">"bronze" expected "silver"`,
				`users.csv:2 amy custom:tier change "silver">"gold" the net change of 2 records of this user`,
			},
			changes: []string{"amy: custom:tier=gold | custom:tier=silver"},
		},
		{
			name: "by sub", live: []cognito.User{amy}, records: []*sources.Change{record(subOf("amy"), "locale=fr")},
			rows:    []string{`users.csv:2 ` + subOf("amy") + ` locale change "de">"fr" `},
			changes: []string{"amy: locale=fr | locale=de"},
		},
		{
			name: "by alias", pool: aliases, live: []cognito.User{amy, person("bob", "preferred_username=bobby")},
			records: []*sources.Change{record("amy@example.com", "locale=fr"), record("bobby", "locale=fr")},
			rows: []string{`users.csv:2 amy@example.com locale change "de">"fr" `,
				`users.csv:3 bobby locale change "">"fr" `},
			changes: []string{"amy: locale=fr | locale=de", "bob: locale=fr | locale="},
		},
		{
			name: "an alias counts once it is verified", pool: aliases,
			live:    []cognito.User{person("amy", "email=amy@example.com", "email_verified=false")},
			records: []*sources.Change{record("amy@example.com", "locale=fr")},
			rows:    []string{`users.csv:2 amy@example.com locale missing "">"fr" the pool has no such user`},
		},
		{
			name: "an address is no name in other pools", live: []cognito.User{amy},
			records: []*sources.Change{record("amy@example.com", "locale=fr")},
			rows:    []string{`users.csv:2 amy@example.com locale missing "">"fr" the pool has no such user`},
		},
		{
			name: "a username attribute names before it is verified", pool: byAddress,
			live:    []cognito.User{person("amy", "email=amy@example.com")},
			records: []*sources.Change{record("amy@example.com", "locale=fr")},
			rows:    []string{`users.csv:2 amy@example.com locale change "">"fr" `},
			changes: []string{"amy: locale=fr | locale="},
		},
		{
			name: "case is ignored", pool: anyCase, live: []cognito.User{amy},
			records: []*sources.Change{record("Amy@Example.com", "locale=fr")},
			rows:    []string{`users.csv:2 Amy@Example.com locale change "de">"fr" `},
			changes: []string{"amy: locale=fr | locale=de"},
		},
		{
			name: "case matters", pool: aliases, live: []cognito.User{amy}, records: []*sources.Change{record("Amy", "locale=fr")},
			rows: []string{`users.csv:2 Amy locale missing "">"fr" the pool has no such user`},
		},
		{
			name: "two names of one user", pool: aliases, live: []cognito.User{amy},
			records: []*sources.Change{record("amy@example.com", "locale=fr"), record("amy", "locale=it")},
			rows: []string{
				`users.csv:2 amy@example.com locale duplicate "de">"fr" users.csv:3, of the same user, comes after it; the net change stands`,
				`users.csv:3 amy locale change "de">"it" the net change of 2 records of this user`,
			},
			changes: []string{"amy: locale=it | locale=de"},
		},
	}
	for _, tt := range tests {
		for _, mode := range []Mode{Scan, Lookup} {
			t.Run(tt.name+"/"+string(mode), func(t *testing.T) {
				r, out := planned(t, tt.pool, mode, Options{}, &users{list: tt.live}, changes(tt.records...))
				if !slices.Equal(out.rows, tt.rows) {
					t.Errorf("rows\n%s\nwant\n%s", strings.Join(out.rows, "\n"), strings.Join(tt.rows, "\n"))
				}
				if !slices.Equal(out.changes, tt.changes) {
					t.Errorf("changes %q, want %q", out.changes, tt.changes)
				}
				if r.Read != mode || r.Estimates.Updates != int64(len(tt.changes)) || r.Records != int64(len(tt.records)) {
					t.Errorf("result %+v", r)
				}
			})
		}
	}
}

func TestPlanReadsNothing(t *testing.T) {
	list := &users{}
	r, out := planned(t, cognito.Pool{AliasAttributes: []string{"email"}, CaseSensitive: true}, None, Options{}, list, changes(
		record("amy", "locale=fr", "?locale=de"), record("bob", "nickname="), record("amy", "locale=it"), record("eve", "custom:x=1"),
	))
	want := []string{
		`users.csv:5 eve custom:x invalid "">"1" the pool has no such attribute`,
		`users.csv:2 amy locale duplicate "">"fr" users.csv:4, of the same user, comes after it; the net change stands`,
		`users.csv:4 amy locale change "">"it" the net change of 2 records of this user`,
		`users.csv:3 bob nickname delete "">"" `,
	}
	if !slices.Equal(out.rows, want) || out.changes != nil || list.calls != nil {
		t.Errorf("rows\n%s\nchanges %q, calls %q", strings.Join(out.rows, "\n"), out.changes, list.calls)
	}
	if r.Users != 2 || r.Repeated != 1 || r.Failing != 1 || r.Estimates.Updates != 3 || r.Clean() {
		t.Errorf("result %+v", r)
	}
}

// An undo file comes in from its end; that is the order that counts.
func TestPlanOfAnUndoFile(t *testing.T) {
	set := changes(record("amy", "locale=de", "?locale=fr"), record("amy", "locale=fr", "?locale=it"))
	slices.Reverse(set.records)
	backwards := &undoSet{set}
	out := &output{}
	r, err := Plan(t.Context(), Config{Pool: &cognito.Pool{ID: poolID, Schema: exampleSchema()}, Changes: backwards, Writer: out,
		Reader: reading(&users{list: []cognito.User{person("amy", "locale=it")}}), Read: Scan})
	if err != nil || len(out.changes) != 1 || out.changes[0] != "amy: locale=de | locale=it" || r.Failing != 0 {
		t.Errorf("%v, changes %q, result %+v", err, out.changes, r)
	}
}

type undoSet struct{ *changeSet }

func (s *undoSet) At(at sources.Position) (*sources.Change, error) {
	for _, c := range s.records {
		if c.Begin == at {
			return c, nil
		}
	}
	return nil, errors.New("no record begins here")
}

func TestModes(t *testing.T) {
	many := func(n int) []*sources.Change {
		var list []*sources.Change
		for i := range n {
			list = append(list, record(fmt.Sprint("user-", i), "locale=fr"), record(fmt.Sprint("user-", i), "nickname=x"))
		}
		return list
	}
	tests := []struct {
		name    string
		users   int64
		records []*sources.Change
		want    Mode
	}{
		{"as many users as pages", 600, many(10), Scan},
		{"fewer users than pages", 601, many(10), Lookup},
		{"an empty pool", 0, many(1), Scan},
		{"an address is another call", 61, []*sources.Change{record("amy", "email=a@example.com")}, Scan},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pool := cognito.Pool{EstimatedUsers: tt.users, AliasAttributes: []string{"email"}}
			if r, _ := planned(t, pool, Auto, Options{}, &users{}, changes(tt.records...)); r.Read != tt.want {
				t.Errorf("%s, want %s", r.Read, tt.want)
			}
		})
	}
}

func TestLookupCalls(t *testing.T) {
	sub := subOf("amy")
	tests := []struct {
		name  string
		pool  cognito.Pool
		names []string
		want  []string
	}{
		{"by username", cognito.Pool{}, []string{"amy"}, []string{`username = "amy"`}},
		{"each name once", cognito.Pool{}, []string{"nobody", "amy", "amy", "nobody"}, []string{`username = "nobody"`, `username = "amy"`}},
		{"in two spellings, where case is ignored", cognito.Pool{}, []string{"AMY"}, []string{`username = "AMY"`, `username = "amy"`}},
		{"by sub", cognito.Pool{}, []string{sub}, []string{`username = "` + sub + `"`, `sub = "` + sub + `"`}},
		{"an address first, where it is a name", cognito.Pool{AliasAttributes: []string{"email", "phone_number"}}, []string{"amy@example.com"},
			[]string{`email = "amy@example.com"`}},
		{"a phone number", cognito.Pool{AliasAttributes: []string{"email", "phone_number"}}, []string{"+15555550100"},
			[]string{`phone_number = "+15555550100"`, `username = "+15555550100"`}},
		{"one user by two names", cognito.Pool{AliasAttributes: []string{"email"}}, []string{"amy", "amy@example.com"}, []string{`username = "amy"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var records []*sources.Change
			for _, name := range tt.names {
				records = append(records, record(name, "locale=fr"))
			}
			list := &users{list: []cognito.User{person("amy", "email=amy@example.com", "email_verified=true")}}
			planned(t, tt.pool, Lookup, Options{}, list, changes(records...))
			if !slices.Equal(list.calls, tt.want) {
				t.Errorf("asked for %q, want %q", list.calls, tt.want)
			}
		})
	}
}

// busy is an error that a call is repeated for.
type busy struct{ error }

func (busy) Throttle() bool { return true }

func TestPlanIsPacedAndRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := &users{fail: func(n int) error {
			if n == 2 {
				return busy{errors.New("too many requests")}
			}
			return nil
		}}
		for i := range 130 {
			list.list = append(list.list, person(fmt.Sprint("user-", i)))
		}
		var told []listing.Progress
		slowly := listing.NewReader(listing.Config{Lister: list, PoolID: poolID, Estimated: 120, Rate: 0.1,
			Progress: func(p listing.Progress) { told = append(told, p) }})
		begun := time.Now()
		r, err := Plan(t.Context(), Config{Pool: &cognito.Pool{ID: poolID, Schema: exampleSchema(), EstimatedUsers: 120},
			Changes: changes(record("user-129", "locale=fr")), Writer: &output{}, Reader: slowly, Read: Scan})
		if err != nil || r.Calls != 4 || r.Verdicts != (Counts{Change: 1}) {
			t.Fatalf("%v, %+v", err, r)
		}
		// The limiter reckons in fractions of a second: a nanosecond may be missing.
		if took := time.Since(begun).Round(time.Millisecond); took != 30*time.Second || math.Abs(r.Elapsed-30) > 0.001 {
			t.Errorf("4 calls at one in 10s took %v, told as %gs", took, r.Elapsed)
		}
		want := []listing.Progress{{Of: 120, Chains: 1, Calls: 1}, {Users: 60, Of: 120, Chains: 1, Calls: 1}, {Users: 120, Of: 120, Chains: 1, Calls: 3},
			{Users: 130, Of: 130, Chains: 1, Calls: 4}, {Users: 130, Of: 130, Chains: 1, Calls: 4}}
		if !slices.Equal(told, want) {
			t.Errorf("progress %v, want %v", told, want)
		}
	})
}
