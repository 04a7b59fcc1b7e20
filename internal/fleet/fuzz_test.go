package fleet_test

import (
	"encoding/csv"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"attrmigrate/internal/fleet"
)

// FuzzRead: any bytes are a file of targets, whose rows written again are the same, or refused with each place and in
// words that a terminal takes.
func FuzzRead(f *testing.F) {
	f.Add("name,user_pool_id\neu,eu-west-1_Ab12Cd34E\n")
	f.Add("\ufeffname;user_pool_id;rate\r\n\"e\"\"u\";eu-west-1_Ab12Cd34E;5\r\n")
	f.Add("name\tuser_pool_id\tregion\trole_arn\texternal_id\trun_dir\na\tlocal_1\teu-west-1\tarn:aws:iam::111122223333:role/x\tex\ts3://bucket/a\n")
	f.Add("name,user_pool_id,input,rate,account,endpoint_url\na,eu-west-1_Ab12Cd34E,s3://bucket/a.csv?versionId=1,1e-3,111122223333,http://[::1]:1\n\n,,,,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := read(text, fleet.Checks{})
		if _, again := read(text, fleet.Checks{}); (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
			t.Fatalf("%v, and then %v", err, again)
		}
		if err != nil {
			checkProblems(t, text, err)
			return
		}
		rows := 0
		for _, g := range file.Groups() {
			rows += len(g.Rows)
		}
		if rows != len(file.Rows) || rows == 0 {
			t.Errorf("%d rows in groups, of %d", rows, len(file.Rows))
		}
		again, err := read(written(t, file.Rows), fleet.Checks{})
		if err != nil {
			t.Fatalf("written again: %v", err)
		}
		for i := range again.Rows {
			again.Rows[i].Line = file.Rows[i].Line
		}
		if !reflect.DeepEqual(again.Rows, file.Rows) {
			t.Errorf("written again they are %+v, not %+v", again.Rows, file.Rows)
		}
	})
}

// checkProblems: each has its place in the text.
func checkProblems(t *testing.T, text string, err error) {
	wrong, ok := errors.AsType[*fleet.Problems](err)
	if !ok || len(wrong.List) == 0 {
		t.Fatalf("no problems, but %v", err)
	}
	lines := 1 + strings.Count(text, "\n")
	for _, p := range wrong.List {
		if p.File != "t.csv" || p.Line < 0 || p.Line > lines || p.Msg == "" || strings.ContainsFunc(p.Error()+p.Hint(), unicode.IsControl) {
			t.Errorf("%q of %d lines: %q %q", text, lines, p.Error(), p.Hint())
		}
	}
}

// written is a file of the rows.
func written(t *testing.T, rows []fleet.Row) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	all := [][]string{{"name", "account", "region", "user_pool_id", "role_arn", "external_id", "input", "run_dir", "rate", "endpoint_url"}}
	for _, r := range rows {
		rate := ""
		if r.Rate > 0 {
			rate = strconv.FormatFloat(r.Rate, 'g', -1, 64)
		}
		all = append(all, []string{r.Name, r.Account, r.Region, r.Pool, r.Role, r.External, r.Input, r.RunDir, rate, r.Endpoint})
	}
	if err := w.WriteAll(all); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
