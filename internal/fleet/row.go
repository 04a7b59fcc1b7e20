package fleet

import (
	"path/filepath"
	"regexp"
	"strings"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/s3"
)

// Row is a target: a pool, how it is reached, and what is to become of it.
type Row struct {
	Line     int
	Name     string
	Account  string // of the column, or of the role; empty: that of the credentials at hand
	Region   string // of the column, or of the pool id; empty: neither tells
	Pool     string
	Role     string // its ARN; empty: the credentials at hand
	External string // the external id that the role asks for
	Input    string // a path, or an s3:// URL
	RunDir   string // as given, or NAME.run
	Rate     float64
	Endpoint string // of the service, instead of AWS's own
}

// GivenRegion is the Region where the pool id does not say it; else empty.
func (r Row) GivenRegion() string {
	if home, ok := cognito.RegionOf(r.Pool); ok && home == r.Region {
		return ""
	}
	return r.Region
}

// The columns of a file of targets.
const (
	colName     = "name"
	colAccount  = "account"
	colRegion   = "region"
	colPool     = "user_pool_id"
	colRole     = "role_arn"
	colExternal = "external_id"
	colInput    = "input"
	colRunDir   = "run_dir"
	colRate     = "rate"
	colEndpoint = "endpoint_url"
)

var columns = []string{colName, colAccount, colRegion, colPool, colRole, colExternal, colInput, colRunDir, colRate, colEndpoint}

// The endings of what a row leaves.
const (
	RunEnding     = ".run"
	PlanEnding    = ".plan"
	SandboxEnding = ".sandbox" // before one of them: of a rehearsal
)

// Dir is the directory of the row's run, or of what has another ending and lies beside it.
func (r Row) Dir(ending string) string {
	if ending == RunEnding {
		return r.RunDir
	}
	return strings.TrimSuffix(strings.TrimRight(r.RunDir, "/"), RunEnding) + ending
}

var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):role/([\x21-\x7e]+)$`)

// maxRole is the length of the longest name of a role, with its path.
const maxRole = 576

// AccountOfRole is the account that a role's ARN names.
func AccountOfRole(arn string) (string, bool) {
	m := roleARN.FindStringSubmatch(arn)
	if m == nil || len(m[2]) > maxRole {
		return "", false
	}
	return m[1], true
}

// place is a path in the one way of many to write it.
func place(path string) string {
	if s3.Is(path) {
		return strings.TrimRight(path, "/")
	}
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return filepath.Clean(path)
}
