package fleet

import (
	"cmp"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/s3"
)

var (
	rowName    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	accountID  = regexp.MustCompile(`^[0-9]{12}$`)
	shortID    = regexp.MustCompile(`^[0-9]{9,11}$`)
	regionName = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	externalID = regexp.MustCompile(`^[A-Za-z0-9+=,.@:/\\_-]+$`)
)

// maxName is the length of the longest name of a row.
const maxName = 100

// maxExternal is the length of the longest external id that STS takes.
const maxExternal = 1224

// parse makes a row of its cells, each checked by itself.
func (r *reader) parse(line int, cell map[string]string) Row {
	for _, name := range columns {
		if strings.ContainsFunc(cell[name], unicode.IsControl) {
			r.problem(line, name, "take it out", "has a control character in it")
			cell[name] = strings.Map(func(c rune) rune {
				if unicode.IsControl(c) {
					return -1
				}
				return c
			}, cell[name])
		}
	}
	row := Row{Line: line, Name: cell[colName], Account: cell[colAccount], Region: cell[colRegion], Pool: cell[colPool], Role: cell[colRole],
		External: cell[colExternal], Input: cell[colInput], RunDir: cell[colRunDir], Endpoint: cell[colEndpoint]}
	switch {
	case row.Name == "":
		r.problem(line, colName, "every row needs a name of its own", "is empty")
	case len(row.Name) > maxName || !rowName.MatchString(row.Name):
		r.problem(line, colName, "letters, digits, . _ and -, 100 at most: it is part of the name of a directory", "%s is no name", row.Name)
	}
	row.RunDir = cmp.Or(row.RunDir, row.Name+RunEnding)
	r.parsePool(&row)
	r.parseRole(&row)
	row.Rate = r.parseRate(line, cell[colRate])
	if row.Input == "-" {
		r.problem(line, colInput, "name a file, or an s3:// URL", "standard input (-) is not for many rows")
	}
	r.parseURLs(row, cell)
	if u, err := url.Parse(row.Endpoint); row.Endpoint != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "") {
		r.problem(line, colEndpoint, "", "it is no URL that begins with https:// or http://")
	}
	return row
}

// parseURLs checks what is meant for S3: an input is an object, and a run directory all below a prefix.
func (r *reader) parseURLs(row Row, cell map[string]string) {
	for _, name := range []string{colInput, colRunDir} {
		if !s3.Is(cell[name]) {
			continue
		}
		parse := s3.ParseURL
		if name == colRunDir {
			parse = s3.ParseDir
		}
		u, err := parse(cell[name])
		switch {
		case err != nil:
			r.problem(row.Line, name, refusal.HintOf(err), "%v", err)
		case name == colInput && u.Dir():
			r.problem(row.Line, name, "name one: s3://BUCKET/KEY", "%s names no object", cell[name])
		}
	}
}

// parsePool checks the pool, and finds its Region.
func (r *reader) parsePool(row *Row) {
	if row.Region != "" && !regionName.MatchString(row.Region) {
		r.problem(row.Line, colRegion, "such as us-east-1", "%s is no Region", row.Region)
		return
	}
	switch {
	case row.Pool == "":
		r.problem(row.Line, colPool, "the id is such as us-east-1_Ab12Cd34E", "is empty")
		return
	case !cognito.IsPoolID(row.Pool):
		r.problem(row.Line, colPool, "the id is such as us-east-1_Ab12Cd34E", "%s is no user pool id", row.Pool)
		return
	}
	home, known := cognito.RegionOf(row.Pool)
	if known && row.Region != "" && row.Region != home {
		r.problem(row.Line, colRegion, "leave it out: the id says it", "is %s, and the pool id says %s", row.Region, home)
	}
	row.Region = cmp.Or(row.Region, home)
}

// parseRole checks account and role, and finds the account.
func (r *reader) parseRole(row *Row) {
	switch {
	case shortID.MatchString(row.Account):
		r.problem(row.Line, colAccount, "a spreadsheet may have taken zeros from its front", "%s has %d digits, and an account has 12", row.Account, len(row.Account))
	case row.Account != "" && !accountID.MatchString(row.Account):
		r.problem(row.Line, colAccount, "12 digits, such as 111122223333", "%s is no account", row.Account)
	}
	if row.Role == "" {
		if row.External != "" {
			r.problem(row.Line, colExternal, "it is what a role asks for: give role_arn, too, or leave it out", "there is no role_arn")
		}
		return
	}
	account, ok := AccountOfRole(row.Role)
	switch {
	case !ok:
		r.problem(row.Line, colRole, "such as arn:aws:iam::111122223333:role/attrmigrate", "%s is no ARN of a role", row.Role)
	case row.Account != "" && row.Account != account:
		r.problem(row.Line, colRole, "one of them is wrong; account may be left out", "is of account %s, and the column account says %s", account, row.Account)
	default:
		row.Account = account
	}
	if n := len(row.External); n > 0 && (n < 2 || n > maxExternal || !externalID.MatchString(row.External)) {
		r.problem(row.Line, colExternal, "2 to 1224 letters, digits and + = , . @ : / \\ -", "it is no external id")
	}
}

// parseRate is a rate of updates; 0 where none is given.
func (r *reader) parseRate(line int, text string) float64 {
	if text == "" {
		return 0
	}
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || !(rate > 0) || math.IsInf(rate, 0) {
		r.problem(line, colRate, "updates a second, such as 20; AWS allows 25 to the whole account", "%s is no number above 0", text)
		return 0
	}
	return rate
}
