package fleet

import (
	"fmt"

	"attrmigrate/internal/prose"
)

// Group are the rows of one account and Region: what one index of an array job does, one row after the other.
type Group struct {
	Index           int
	Account, Region string
	Rows            []Row
}

// Place names the account and the Region for people.
func (g Group) Place() string {
	account := "the account of the credentials"
	if g.Account != "" {
		account = "account " + g.Account
	}
	if g.Region == "" {
		return account
	}
	return account + ", " + g.Region
}

// Groups are the groups of a file, by their numbers.
func (f *File) Groups() []Group {
	type key struct{ account, region string }
	var groups []Group
	number := map[key]int{}
	for _, row := range f.Rows {
		k := key{row.Account, row.Region}
		n, known := number[k]
		if !known {
			n = len(groups)
			number[k] = n
			groups = append(groups, Group{Index: n, Account: row.Account, Region: row.Region})
		}
		groups[n].Rows = append(groups[n].Rows, row)
	}
	return groups
}

// quota is how many updates a second AWS allows to an account in a Region ("Quotas in Amazon Cognito").
const quota = 25

// Notes are what is odd about a file and no mistake.
func (f *File) Notes() []string {
	var notes []string
	note := func(row Row, format string, args ...any) {
		notes = append(notes, prose.Printable(fmt.Sprintf("%s:%d: %s", f.Path, row.Line, fmt.Sprintf(format, args...))))
	}
	pools := map[string]int{}
	for _, row := range f.Rows {
		where := row.Endpoint + " " + row.Pool
		if before, twice := pools[where]; twice {
			note(row, "the pool %s stands in line %d already: its rows run one after the other where account and Region are the same", row.Pool, before)
		}
		pools[where] = row.Line
		if row.Rate > quota && row.Endpoint == "" {
			note(row, "a rate of %g: AWS allows %d updates a second to the whole account, and the others are throttled", row.Rate, quota)
		}
	}
	groups := f.Groups()
	for _, g := range groups {
		for _, other := range groups {
			if g.Account == "" && other.Account != "" && g.Region == other.Region {
				note(g.Rows[0], "names neither account nor role, and line %d does: if the credentials are of account %s, both share one quota, and two processes use it",
					other.Rows[0].Line, other.Account)
			}
		}
	}
	return notes
}
