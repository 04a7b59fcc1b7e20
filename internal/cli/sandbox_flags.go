package cli

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/rehearsal"
	"attrmigrate/internal/sandbox"
)

func (o *sandboxOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.addr, "addr", "127.0.0.1:0", "`address` to listen on; port 0 is any free one")
	f.StringVar(&o.Users, "users", "", "`N|FILE`: that many made-up users (user-00001 and so on), or those of a file, with their values: an export, a change set, or what aws cognito-idp list-users prints")
	f.StringVar(&o.Password, "password", "", "`text` with which each of these users can sign in; it must meet the pool's policy (default: nobody can)")
	f.StringVar(&o.Pool, "pool", "", "`file` with what aws cognito-idp describe-user-pool prints or create-user-pool takes, or a JSON template of CloudFormation with one pool (default: a small pool)")
	f.StringVar(&o.Client, "client", "", "`file` with what aws cognito-idp describe-user-pool-client prints, or create-user-pool-client takes (default: "+rehearsal.DefaultClientID+", made for --password and --tokens)")
	f.StringVar(&o.Tokens, "tokens", "", "`file` to write: a CSV with the access token of each user, as apply --as user takes it, and the username under _username")
	f.Func("token-expiry", "how long these tokens are good, a `duration` such as 90s; -1m: expired a minute ago (default: as the app client says)", tokenExpiry(&o.Expiry))
	f.Var(quota(&o.quotas), "quota", "`N|off|CATEGORY=N`: updates a second (reads, sign-ins and codes are allowed in proportion), no quota at all, or that of a category such as UserRead; repeatable (default: AWS's)")
	f.DurationVar(&o.latency, "latency", 0, "time added to every request")
	f.DurationVar(&o.jitter, "jitter", 0, "random time added besides, at most this")
	f.DurationVar(&o.pageTime, "page-time", 0, "how long a page of users takes at least (default: 40ms under AWS's quota of them, else nothing)")
	f.Var(fault(&o.faults), "fault", "`KIND=P`: what goes wrong, and how probably, such as internal=0.05; repeatable")
	f.DurationVar(&o.faults.ThrottleBurst, "throttle-burst", 0, "how long everything is throttled once something is by chance")
	f.Var(listFault(&o.faults), "list-fault", "`KIND[=USERNAME]`: what becomes of lists by the beginning of a sub, and with which user (default: the first)")
	f.Uint64Var(&o.seed, "seed", 0, "makes faults and identifiers repeatable")
	f.StringVar(&o.journal, "journal", "", "`file` that keeps the state; an existing one is gone on with")
}

// tokenExpiry sets how long tokens are good. They know whole seconds, and AWS's live a day at most.
func tokenExpiry(into *time.Duration) func(string) error {
	return func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil || d > 24*time.Hour || d.Abs() < time.Second {
			return errors.New("want a duration from 1s to 24h, or a negative one")
		}
		*into = d
		return nil
	}
}

// quota sets the quota of updates, of a category, or of all.
func quota(q *sandbox.Quotas) choice {
	return choice{append([]string{off}, wanting(wordsOf(q.ByCategory()))...), func(s string) error {
		if s == off {
			*q = sandbox.NoQuotas()
			return nil
		}
		category, value, named := strings.Cut(s, "=")
		if !named {
			n, err := strconv.ParseFloat(s, 64)
			if err != nil || !isQuota(n) {
				return errors.New("want a number above 0, off, or CATEGORY=N")
			}
			q.UserUpdate = n
			q.Raise(n)
			return nil
		}
		field, err := fieldOf(q.ByCategory(), category, "category")
		if err != nil {
			return err
		}
		if value == off {
			*field = sandbox.Off
			return nil
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || !isQuota(n) {
			return errors.New("want a number above 0, or off")
		}
		*field = n
		return nil
	}}
}

func isQuota(n float64) bool { return n > 0 && !math.IsInf(n, 0) }

// fault sets the probability of a kind of fault.
func fault(f *sandbox.Faults) choice {
	return choice{wanting(wordsOf(f.ByKind())), func(s string) error {
		kind, value, _ := strings.Cut(s, "=")
		field, err := fieldOf(f.ByKind(), kind, "kind of fault")
		if err != nil {
			return err
		}
		p, err := strconv.ParseFloat(value, 64)
		if err != nil || !(p >= 0 && p <= 1) {
			return errors.New("want a probability from 0 to 1")
		}
		*field = p
		return nil
	}}
}

// listFault sets what goes wrong with lists by the beginning of a sub, and the user with whom.
func listFault(f *sandbox.Faults) choice {
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(sandbox.ListFaults())) {
		kinds = append(kinds, string(kind))
	}
	return choice{kinds, func(s string) error {
		kind, user, named := strings.Cut(s, "=")
		ofOne, ok := sandbox.ListFaults()[sandbox.ListFault(kind)]
		switch {
		case !ok:
			return fmt.Errorf("%s is no fault of lists: want one of %s", prose.Printable(kind), strings.Join(kinds, ", "))
		case named && user == "":
			return errors.New("want a username behind the =")
		case named && !ofOne:
			return fmt.Errorf("%s is about every user: want no username", kind)
		}
		f.List, f.ListUser = sandbox.ListFault(kind), user
		return nil
	}}
}

// fieldOf finds a field by its name; noun is what the fields are.
func fieldOf(fields map[string]*float64, name, noun string) (*float64, error) {
	field := fields[name]
	if field == nil {
		return nil, fmt.Errorf("%s is no %s: want one of %s", prose.Printable(name), noun,
			strings.Join(wordsOf(fields), ", "))
	}
	return field, nil
}
