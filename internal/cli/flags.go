package cli

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/console"
	"attrmigrate/internal/control"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/job"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/schema"
	"attrmigrate/internal/target"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// options are the settings of apply and plan, as their flags fill them.
type options struct {
	connection connectionOptions
	fleet      fleetOptions
	asUser     bool // the users' own access tokens write
	decoding   sources.Options
	rule       ruleOptions
	metadata   map[string]string

	rate         float64 // of updates, in attempts a second, or pipeline.Unlimited
	readRate     float64 // of single reads; 0: not given
	listRate     float64 // of ListUsers
	chains       int     // of pages, in which a pool is read at once; 0: as it pays
	workers      int
	maxAttempts  int
	budget       pipeline.Budget
	limit        int64
	maxDuration  time.Duration
	drainTimeout time.Duration

	runDir     string
	workDir    string // where a run is carried out that is kept elsewhere
	planDir    string // of a row of a file of targets: where its plan is
	rowsPlan   string // the command that makes the plans of such rows there; empty: that of the row alone does
	onlyFailed string // a run directory
	restart    bool
	yes        bool
	noRead     bool
	phones     string // the region whose national phone numbers are read
	strict     bool   // values that nobody meant are refused
	keep       bool   // verified flags, with an address that changes
	takeover   bool   // of addresses by which other users sign in
	skip       bool   // records whose preconditions do not hold
	dryRun     bool   // apply is a plan

	steering control.Options
	unhold   bool // the run goes on although somebody holds it

	// Of plan alone.
	read   audit.Mode
	check  bool
	asJSON bool

	output console.Options
}

// defaultRate is that of updates, a second.
const defaultRate = 20

// metadataFlag names the flag whose values are for the pool's Lambda triggers alone.
const metadataFlag = "client-metadata"

// connectionOptions say which pool is meant and how it is reached.
type connectionOptions struct {
	storeOptions // whose profile and time-out hold for the pool, too

	poolID, region, endpointURL string
	role, externalID            string
	account                     string // that the pool must be of, as a file of targets says; empty: the role's

	sandbox bool
	from    string // an export that the sandbox is filled from
}

func (o *options) register(f *pflag.FlagSet) {
	o.connection.register(f)
	o.fleet.register(f)
	f.BoolVar(&o.connection.sandbox, "sandbox", false, "rehearse on a local Cognito inside the process, filled with the change set's users")
	f.StringVar(&o.connection.from, "from", "", "`file` whose users, with their values, the local Cognito has instead: an export of everything (export --format jsonl --all), say")
	f.Var(word(&o.asUser, map[string]bool{"admin": false, "user": true}), "as",
		"who writes: `admin|user` (default admin: AWS credentials; user: each user, by the column access_token)")
	o.rule.register(f)
	registerDecoding(f, &o.decoding)
	f.Var(region(&o.phones), "phone-region",
		"`region` whose national phone numbers are read and written as +49..., of ISO 3166, such as DE (default: none are)")
	f.Func(metadataFlag, "`k=v` passed to the pool's Lambda triggers; repeatable", pairs(&o.metadata))
	o.rate = defaultRate
	f.Var(rate(&o.rate), "rate", "updates a second at most: `N|off` (default 20; AWS allows 25 to the whole account)")
	f.Var(rate(&o.readRate), "read-rate", "reads of single users a second at most: `N|off` (default 80, or --rate if that is higher; AWS allows 120)")
	registerListRate(f, &o.listRate)
	registerChains(f, &o.chains)
	f.IntVar(&o.workers, "workers", 32, "calls under way at once")
	f.IntVar(&o.maxAttempts, "max-attempts", 8, "attempts a record has, throttled ones aside")
	f.Func("max-failures", "stop when more records than `N|P%` fail (default 5%, at least 20; 0: all or nothing)", budget(&o.budget))
	f.Int64Var(&o.limit, "limit", 0, "stop after `N` records in this start, as a canary")
	limits(f.Lookup("limit"), &o.limit)
	f.DurationVar(&o.maxDuration, "max-duration", 0, "stop after this time, such as 6h")
	limits(f.Lookup("max-duration"), &o.maxDuration)
	f.DurationVar(&o.drainTimeout, "drain-timeout", 15*time.Second, "time for calls under way to end once stopped")
	f.StringVar(&o.runDir, "run-dir", "", "`directory` of the run, or s3://BUCKET/PREFIX, where it outlives this machine (default: NAME.run for the input NAME.csv)")
	f.StringVar(&o.workDir, "work-dir", "", "`directory` of this machine in which a run in S3 is carried out (default: a temporary one)")
	f.StringVar(&o.onlyFailed, "only-failed", "", "apply only the records that failed in the run in `RUN_DIR`, read from the same inputs again")
	f.BoolVar(&o.restart, "restart", false, "start over; the old run directory is kept under its date")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.BoolVar(&o.noRead, "no-read", false, "do not read users before changing them: no undo, no preconditions, and what holds already is sent again")
	f.BoolVar(&o.strict, "strict", false, "refuse records with values that nobody meant, such as NULL or gold with a blank behind it")
	f.Var(word(&o.keep, map[string]bool{"reset": false, "keep": true}), "verified",
		"email_verified and phone_number_verified where they are true and their address changes: `reset|keep` (default reset, as Cognito does)")
	f.BoolVar(&o.takeover, "allow-takeover", false, "take addresses from other users who sign in by them; undo gives them back")
	f.Var(word(&o.skip, map[string]bool{"fail": false, "skip": true}), "on-conflict",
		"a record whose precondition does not hold: `fail|skip` (default fail; skip: it is left as it is, and is no failure)")
	registerOutput(f, &o.output)
}

func (o *connectionOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.poolID, "user-pool-id", "", "`id` of the user pool, such as us-east-1_Ab12Cd34E")
	f.StringVar(&o.region, "region", "", "AWS `Region` (default: the pool id's)")
	f.StringVar(&o.profile, "profile", "", "`profile` of the AWS configuration")
	f.StringVar(&o.role, "role-arn", "", "`ARN` of a role in which the pool is reached, assumed with the credentials through STS")
	f.StringVar(&o.externalID, "external-id", "", "`id` that the role asks for")
	f.StringVar(&o.endpointURL, "endpoint-url", "", "`URL` of the service, instead of AWS's own")
	f.DurationVar(&o.timeout, "timeout", 20*time.Second, "time for one attempt")
	o.registerKey(f)
	f.StringVar(&o.bucketOwner, "s3-bucket-owner", "", "`account` that a bucket has to belong to, 12 digits (default: any)")
}

func registerListRate(f *pflag.FlagSet, r *float64) {
	*r = 20
	f.Var(rate(r), "list-rate", "calls of ListUsers a second at most: `N|off` (default 20; AWS allows 30 to the whole account)")
}

func registerChains(f *pflag.FlagSet, chains *int) {
	const auto = "auto"
	f.Var(choice{[]string{auto}, func(text string) (err error) {
		if text == auto {
			*chains = 0
			return nil
		}
		if *chains, err = strconv.Atoi(text); err != nil || *chains < 1 || *chains > listing.Chains {
			return fmt.Errorf("want auto, or a number from 1 to %d", listing.Chains)
		}
		return nil
	}}, "chains", fmt.Sprintf("chains of pages at once, in which the whole pool is read: `auto|N`, %d at most (default auto: several where one is too slow for --list-rate; 1: one)", listing.Chains))
}

func registerDecoding(f *pflag.FlagSet, o *sources.Options) {
	o.Setting = flagOfSetting
	f.Var(word(&o.Format, map[string]sources.Format{"csv": sources.CSV, "jsonl": sources.JSONL}), "format",
		"how the inputs are written: `csv|jsonl` (default: by the file's name); a csv of username,attribute,value is sorted by the user")
	f.Var(separator(&o.Separator), separatorFlag, "what stands between the cells of CSV: `comma|semicolon|tab` (default: as the header shows)")
	f.StringVar(&o.UsernameColumn, "username-column", "", "`column` that names the user (default: username)")
	f.Func("map", "`column=attribute` to rename; repeatable", pairs(&o.Rename))
	f.Func("ignore", "`columns` to leave out, separated by commas (\\, is one in a name); * stands for any text; repeatable", names(&o.Ignore))
	f.Var(word(&o.Empty, emptyWords()), "empty", "what an empty cell does: `keep|delete|error` (default keep)")
	f.StringArrayVar(&o.EmptyValues, "empty-value", nil, "`text`, such as NULL, that stands for an empty cell; repeatable")
	f.BoolVar(&o.Trim, "trim", false, "take blanks away from the ends of values and usernames")
	f.StringVar(&o.DeleteMarker, "delete-marker", job.DefaultDeleteMarker, "`cell` that deletes its attribute")
}

// emptyWords are what --empty takes.
func emptyWords() map[string]sources.EmptyPolicy {
	return map[string]sources.EmptyPolicy{"keep": sources.KeepEmpty, "delete": sources.DeleteEmpty, "error": sources.RefuseEmpty}
}

// registerOutput registers the flags that say what a command shows.
func registerOutput(f *pflag.FlagSet, o *console.Options) {
	same := func(words ...string) map[string]string {
		m := map[string]string{}
		for _, w := range words {
			m[w] = w
		}
		return m
	}
	o.Progress, o.LogFormat, o.LogLevel = "auto", "text", slog.LevelInfo
	f.Var(word(&o.Progress, same("auto", "bar", "log", "none")), "progress",
		"how progress is shown: `auto|bar|log|none` (default auto: a bar on a terminal, else a log)")
	f.Var(word(&o.LogFormat, same("text", "json", "emf")), "log-format",
		"how log lines are written: `text|json|emf` (default text); emf is json with metrics for CloudWatch")
	f.Var(word(&o.LogLevel, map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}), "log-level",
		"what is logged: `debug|info|warn|error` (default info)")
}

// spec is the job that the flags describe.
func (o *options) spec(paths []string, sys System, log *slog.Logger) job.Spec {
	o.steering.Version = release()
	if o.output.LogFormat == "emf" {
		o.steering.Embedded = sys.Stderr
	}
	decoding := o.decoding
	if o.rule.match != "" {
		decoding = o.dataOptions()
	}
	return job.Spec{
		Changes: changeset.Spec{Paths: paths, Decoding: decoding, OnlyFailed: o.onlyFailed},
		Target:  o.connection.target(o.workers), AsUser: o.asUser,
		NoRead: o.noRead, PhoneRegion: o.phones, KeepVerified: o.keep, AllowTakeover: o.takeover, SkipConflicts: o.skip, Strict: o.strict, Metadata: o.metadata,
		Rate: o.rate, ReadRate: o.readRate, ListRate: o.listRate, Chains: o.chains, Workers: o.workers, MaxAttempts: o.maxAttempts, Budget: o.budget,
		Limit: o.limit, MaxDuration: o.maxDuration, DrainTimeout: o.drainTimeout,
		Dir: o.runDir, Planned: o.planDir, Restart: o.restart, Volume: o.volume(), Stdin: sys.Stdin, Log: log, Told: console.ByFlags,
		Steering: o.steering, Unhold: o.unhold,
	}
}

// target is the connection that the flags describe, for as many calls at once.
func (o *connectionOptions) target(calls int) target.Connection {
	account, _ := fleet.AccountOfRole(o.role)
	return target.Connection{
		PoolID: o.poolID, Region: o.region, Profile: o.profile, EndpointURL: o.endpointURL, Role: o.role, ExternalID: o.externalID, Account: cmp.Or(o.account, account), Sandbox: o.sandbox, From: o.from,
		Timeout: o.timeout, Calls: calls, UserAgent: "attrmigrate/" + release(),
	}
}

// undisturbed refuses a run whose failed records are wanted while a process is still writing them.
func (o *options) undisturbed() error {
	if o.onlyFailed == "" {
		return nil
	}
	if err := rundir.AtWork(o.onlyFailed); err != nil {
		return fmt.Errorf("--only-failed: %w", err)
	}
	return nil
}

// validate refuses what no single flag could: it knows no files and no pool yet.
func (o *options) validate() error {
	if err := o.connection.validate(); err != nil {
		return err
	}
	if !o.asUser {
		if err := o.connection.needsPool("--sandbox rehearses without one, on a local Cognito"); err != nil {
			return err
		}
	}
	if err := schema.CheckMetadata(o.metadata); err != nil {
		return &refusal.UsageError{Err: fmt.Errorf("--client-metadata: %w", err), Remedy: refusal.HintOf(err)}
	}
	switch {
	case o.asUser && o.keep:
		return &refusal.UsageError{Err: errors.New("--verified keep and --as user exclude each other"),
			Remedy: "users verify their addresses themselves, by the code that Cognito sends"}
	case o.asUser && o.connection.sandbox:
		return &refusal.UsageError{Err: errors.New("--sandbox and --as user exclude each other: it does not know the users of the tokens"),
			Remedy: "to rehearse with users and tokens that are made up: attrmigrate sandbox --users 100 --tokens made-up-tokens.csv"}
	case o.workers < 1 || o.workers > 1024:
		return refusal.Usagef("--workers is %d, want 1 to 1024", o.workers)
	case o.maxAttempts < 1:
		return refusal.Usagef("--max-attempts is %d, want at least 1", o.maxAttempts)
	case o.drainTimeout <= 0:
		return refusal.Usagef("--drain-timeout is %s, want more than 0s", o.drainTimeout)
	case o.keep && (o.noRead || o.read == audit.None):
		return &refusal.UsageError{Err: errors.New("--verified keep has to read the users, and --no-read and --read none forbid it"),
			Remedy: "give the flags in the change set, as email_verified with true"}
	}
	return nil
}

// validate refuses what no connection could be made of.
func (o *connectionOptions) validate() error {
	switch {
	case o.sandbox && o.role != "":
		return &refusal.UsageError{Err: errors.New("--sandbox and --role-arn exclude each other"), Remedy: "a rehearsal has no account: leave the role out"}
	case o.externalID != "" && o.role == "":
		return &refusal.UsageError{Err: errors.New("--external-id is for a role, and there is none"), Remedy: "--role-arn names it"}
	case o.role != "" && !isRole(o.role):
		return &refusal.UsageError{Err: fmt.Errorf("--role-arn: %s is no ARN of a role", prose.Printable(o.role)), Remedy: "such as arn:aws:iam::111122223333:role/attrmigrate"}
	case o.sandbox && o.endpointURL != "":
		return refusal.Usagef("--sandbox and --endpoint-url exclude each other")
	case o.from != "" && !o.sandbox:
		return &refusal.UsageError{Err: errors.New("--from is for a rehearsal, and this is none"), Remedy: "--sandbox rehearses on a local Cognito, which has the users of the file"}
	case o.from == rundir.Stdin:
		return refusal.Usagef("--from does not read standard input (-): the file is read several times")
	case o.timeout <= 0:
		return refusal.Usagef("--timeout is %s, want more than 0s", o.timeout)
	default:
		return nil
	}
}

// needsPool refuses a connection to no pool. The hint is for one who names none.
func (o *connectionOptions) needsPool(hint string) error {
	if o.poolID == "" && !o.sandbox {
		return &refusal.UsageError{Err: errors.New("--user-pool-id is missing"), Remedy: hint}
	}
	return nil
}

func isRole(arn string) bool {
	_, ok := fleet.AccountOfRole(arn)
	return ok
}
