package fleet_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"attrmigrate/internal/fleet"
)

// read reads a file of targets named t.csv.
func read(text string, checks fleet.Checks) (*fleet.File, error) {
	return fleet.Read("t.csv", []byte(text), checks)
}

func TestRead(t *testing.T) {
	const plain = "name,user_pool_id,input\neu,eu-west-1_Ab12Cd34E,a.csv\nus,us-east-1_Ab12Cd34E,b.csv\n"
	tests := []struct{ name, text string }{
		{"plain", plain},
		{"line ends of Windows", strings.ReplaceAll(plain, "\n", "\r\n")},
		{"byte-order mark", "\ufeff" + plain},
		{"semicolons", strings.ReplaceAll(plain, ",", ";")},
		{"tabs", strings.ReplaceAll(plain, ",", "\t")},
		{"other order", "input,name,user_pool_id\na.csv,eu,eu-west-1_Ab12Cd34E\nb.csv,us,us-east-1_Ab12Cd34E\n"},
		{"blanks around cells", strings.ReplaceAll(plain, ",", " , ")},
		{"empty rows", plain + "\n,,\n"},
		{"no last line end", strings.TrimSuffix(plain, "\n")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := read(tt.text, fleet.Checks{Inputs: true})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(f.Rows); got != "[{2 eu  eu-west-1 eu-west-1_Ab12Cd34E   a.csv eu.run 0 } {3 us  us-east-1 us-east-1_Ab12Cd34E   b.csv us.run 0 }]" {
				t.Errorf("rows: %s", got)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	const header = "name,user_pool_id,account,region,role_arn,external_id,input,run_dir,rate,endpoint_url\n"
	const pool = "us-east-1_Ab12Cd34E"
	const beside = "a plan goes beside the run directory, and so does a rehearsal, under its name without .run: name another one"
	tests := []struct {
		name, text string
		want       string // each problem and its hint
	}{
		{"nothing", "", "t.csv: is empty | its first line names columns: name,account,region,user_pool_id,role_arn,external_id,input,run_dir,rate,endpoint_url"},
		{"no rows", header, "t.csv: has no rows | each line below the header is a pool"},
		{"not UTF-8", "name\xff", "t.csv: is not UTF-8 | save it as UTF-8"},
		{"unknown column", "name,user_pool_id,rol_arn\n", "t.csv:1: rol_arn: there is no such column | did you mean role_arn?"},
		{"capitals", "Name,user_pool_id\n", "t.csv:1: Name: there is no such column | did you mean name?\nt.csv:1: name: the column is missing | every row needs it"},
		{"column twice", "name,user_pool_id,name\n", "t.csv:1: name: stands twice | leave one of them out"},
		{"column without a name", "name,user_pool_id,\n", "t.csv:1: a column has no name | name it, or take it away"},
		{"no pool ids", "name\n", "t.csv:1: user_pool_id: the column is missing | every row needs it"},
		{"short row", "name,user_pool_id\neu\n", "t.csv:2: has 1 cell, and the header has 2 | a cell with a comma in it stands in quotes"},
		{"quotes", "name,user_pool_id\n\"eu,x\n", "t.csv:2: is no CSV: extraneous or missing \" in quoted-field | a cell with \" in it stands in quotes, and each \" in it is doubled"},
		{"name of a path", header + "../eu," + pool + ",,,,,,,,\n", "t.csv:2: name: ../eu is no name | letters, digits, . _ and -, 100 at most: it is part of the name of a directory"},
		{"name of 101 letters", header + strings.Repeat("x", 101) + "," + pool + ",,,,,,,,\n",
			"t.csv:2: name: " + strings.Repeat("x", 101) + " is no name | letters, digits, . _ and -, 100 at most: it is part of the name of a directory"},
		{"no name", header + "," + pool + ",,,,,,,,\n", "t.csv:2: name: is empty | every row needs a name of its own"},
		{"no pool", header + "eu,,,,,,,,,\n", "t.csv:2: user_pool_id: is empty | the id is such as us-east-1_Ab12Cd34E"},
		{"bad pool", header + "eu,eu,,,,,,,,\n", "t.csv:2: user_pool_id: eu is no user pool id | the id is such as us-east-1_Ab12Cd34E"},
		{"Region of another pool", header + "eu," + pool + ",,eu-west-1,,,,,,\n", "t.csv:2: region: is eu-west-1, and the pool id says us-east-1 | leave it out: the id says it"},
		{"no Region", header + "eu," + pool + ",,Ireland,,,,,,\n", "t.csv:2: region: Ireland is no Region | such as us-east-1"},
		{"account without its zeros", header + "eu," + pool + ",11122223333,,,,,,,\n", "t.csv:2: account: 11122223333 has 11 digits, and an account has 12 | a spreadsheet may have taken zeros from its front"},
		{"no account", header + "eu," + pool + ",prod,,,,,,,\n", "t.csv:2: account: prod is no account | 12 digits, such as 111122223333"},
		{"no role", header + "eu," + pool + ",,,prod,,,,,\n", "t.csv:2: role_arn: prod is no ARN of a role | such as arn:aws:iam::111122223333:role/attrmigrate"},
		{"a user's ARN", header + "eu," + pool + ",,,arn:aws:iam::111122223333:user/x,,,,,\n",
			"t.csv:2: role_arn: arn:aws:iam::111122223333:user/x is no ARN of a role | such as arn:aws:iam::111122223333:role/attrmigrate"},
		{"role of another account", header + "eu," + pool + ",444455556666,,arn:aws:iam::111122223333:role/x,,,,,\n",
			"t.csv:2: role_arn: is of account 111122223333, and the column account says 444455556666 | one of them is wrong; account may be left out"},
		{"external id alone", header + "eu," + pool + ",,,,secret,,,,\n", "t.csv:2: external_id: there is no role_arn | it is what a role asks for: give role_arn, too, or leave it out"},
		{"external id of one letter", header + "eu," + pool + ",,,arn:aws:iam::111122223333:role/x,y,,,,\n", "t.csv:2: external_id: it is no external id | 2 to 1224 letters, digits and + = , . @ : / \\ -"},
		{"standard input", header + "eu," + pool + ",,,,,-,,,\n", "t.csv:2: input: standard input (-) is not for many rows | name a file, or an s3:// URL"},
		{"missing input", header + "eu," + pool + ",,,,,gone.csv,,,\n", "t.csv:2: input: gone.csv: no such file | "},
		{"rate of nothing", header + "eu," + pool + ",,,,,,,0,\n", "t.csv:2: rate: 0 is no number above 0 | updates a second, such as 20; AWS allows 25 to the whole account"},
		{"rate off", header + "eu," + pool + ",,,,,,,off,\n", "t.csv:2: rate: off is no number above 0 | updates a second, such as 20; AWS allows 25 to the whole account"},
		{"rate without an end", header + "eu," + pool + ",,,,,,,Inf,\n", "t.csv:2: rate: Inf is no number above 0 | updates a second, such as 20; AWS allows 25 to the whole account"},
		{"bucket without a name", header + "eu," + pool + ",,,,,,s3://,,\n", "t.csv:2: run_dir: s3://: it names no bucket | write s3://BUCKET/KEY"},
		{"input that is a prefix", header + "eu," + pool + ",,,,,s3://bucket/inputs/,,,\n", "t.csv:2: input: s3://bucket/inputs/ names no object | name one: s3://BUCKET/KEY"},
		{"run directory with a version", header + "eu," + pool + ",,,,,,s3://bucket/run?versionId=1,,\n", "t.csv:2: run_dir: s3://bucket/run?versionId=1: a run directory has no version | write s3://BUCKET/PREFIX"},
		{"endpoint", header + "eu," + pool + ",,,,,,,,localhost\n", "t.csv:2: endpoint_url: it is no URL that begins with https:// or http:// | "},
		{"control character", header + "eu," + pool + ",,,,,a\x1b.csv,,,\n", "t.csv:2: input: has a control character in it | take it out"},
		{"name twice", header + "eu," + pool + ",,,,,,a,,\nEU," + pool + ",,,,,,b,,\n", "t.csv:3: name: EU stands in line 2 already | every row needs a name of its own, also where capitals do not count"},
		{"directory twice", header + "eu," + pool + ",,,,,,runs/a,,\nus," + pool + ",,,,,,./runs//a/,,\n", "t.csv:3: run_dir: ./runs//a/ is that of line 2 already | every row needs a run directory of its own"},
		{"prefix twice", header + "eu," + pool + ",,,,,,s3://bucket/p,,\nus," + pool + ",,,,,,s3://bucket/p/,,\n", "t.csv:3: run_dir: s3://bucket/p/ is that of line 2 already | every row needs a run directory of its own"},
		{"default directory twice", header + "eu," + pool + ",,,,,,us.run,,\nus," + pool + ",,,,,,,,\n", "t.csv:3: run_dir: us.run is that of line 2 already | every row needs a run directory of its own"},
		{"directory in another", header + "eu," + pool + ",,,,,,s3://bucket/p/runs/x,,\nus," + pool + ",,,,,,s3://bucket/p,,\n", "t.csv:2: run_dir: s3://bucket/p/runs/x lies in s3://bucket/p, that of line 3 | a run directory holds nothing but its run"},
		{"a plan in another's run", header + "eu," + pool + ",,,,,,runs/x.plan,,\nus," + pool + ",,,,,,runs/x.run,,\n",
			"t.csv:3: run_dir: runs/x.run has its plan in runs/x.plan, where line 2 has its run | " + beside},
		{"plans of both", header + "eu," + pool + ",,,,,,runs/x,,\nus," + pool + ",,,,,,runs/x.run,,\n",
			"t.csv:3: run_dir: runs/x.run has its plan in runs/x.plan, where line 2 has its plan | " + beside},
		{"a rehearsal in another's run", header + "shop," + pool + ",,,,,,,,\nshop.sandbox," + pool + ",,,,,,,,\n",
			"t.csv:3: run_dir: shop.sandbox.run is where line 2 has its rehearsal | " + beside},
		{"a run in another's rehearsal", header + "shop.sandbox," + pool + ",,,,,,s3://bucket/shop.sandbox.run,,\nshop," + pool + ",,,,,,s3://bucket/shop.run/,,\n",
			"t.csv:3: run_dir: s3://bucket/shop.run/ has its rehearsal in s3://bucket/shop.sandbox.run, where line 2 has its run | " + beside},
		{"a run below another's plan", header + "eu," + pool + ",,,,,,s3://bucket/x.plan/eu,,\nus," + pool + ",,,,,,s3://bucket/x,,\n",
			"t.csv:2: run_dir: s3://bucket/x.plan/eu lies in s3://bucket/x.plan, that of line 3 | a run directory holds nothing but its run"},
		{"several at once", header + "eu,eu,,,,,,,,\nus,us,,,,,,,,\n",
			"t.csv:2: user_pool_id: eu is no user pool id | the id is such as us-east-1_Ab12Cd34E\nt.csv:3: user_pool_id: us is no user pool id | the id is such as us-east-1_Ab12Cd34E"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(tt.text, fleet.Checks{Exists: func(path string) error { return errors.New(path + ": no such file") }})
			wrong, ok := errors.AsType[*fleet.Problems](err)
			if !ok {
				t.Fatalf("no problems, but %v", err)
			}
			var got []string
			for _, p := range wrong.List {
				got = append(got, p.Error()+" | "+p.Hint())
			}
			if text := strings.Join(got, "\n"); text != tt.want {
				t.Errorf("problems:\n%s\nwant\n%s", text, tt.want)
			}
		})
	}
}

func TestInputIsNeeded(t *testing.T) {
	const text = "name,user_pool_id,input\neu,eu-west-1_Ab12Cd34E,\n"
	if _, err := read(text, fleet.Checks{}); err != nil {
		t.Errorf("for what needs none: %v", err)
	}
	if _, err := read(text, fleet.Checks{Inputs: true}); err == nil || err.Error() != "t.csv:2: input: is empty" {
		t.Errorf("for what needs one: %v", err)
	}
}

func TestGroups(t *testing.T) {
	const text = "name,user_pool_id,account,region,role_arn,endpoint_url\n" +
		"a,us-east-1_Ab12Cd34E,,,,\n" +
		"b,eu-west-1_Ab12Cd34E,,,arn:aws:iam::111122223333:role/x,\n" +
		"c,us-east-1_Bb12Cd34E,,us-east-1,,http://127.0.0.1:1\n" +
		"d,eu-west-1_Bb12Cd34E,111122223333,,,\n" +
		"e,eu-west-1_Cb12Cd34E,444455556666,,,\n" +
		"f,local_Cb12Cd34E,444455556666,eu-west-1,,\n" +
		"g,us-east-1_Cb12Cd34E,,,arn:aws:iam::111122223333:role/y,\n"
	f, err := read(text, fleet.Checks{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range f.Groups() {
		names := ""
		for _, row := range g.Rows {
			names += row.Name
		}
		got = append(got, fmt.Sprintf("%d %s: %s", g.Index, g.Place(), names))
	}
	want := "0 the account of the credentials, us-east-1: ac\n1 account 111122223333, eu-west-1: bd\n2 account 444455556666, eu-west-1: ef\n3 account 111122223333, us-east-1: g"
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("groups:\n%s\nwant\n%s", text, want)
	}
}

func TestNotes(t *testing.T) {
	const header = "name,user_pool_id,account,rate\n"
	tests := []struct{ name, text, want string }{
		{"nothing", header + "a,us-east-1_Ab12Cd34E,,25\n", ""},
		{"pool twice", header + "a,us-east-1_Ab12Cd34E,,\nb,us-east-1_Ab12Cd34E,,\n",
			"t.csv:3: the pool us-east-1_Ab12Cd34E stands in line 2 already: its rows run one after the other where account and Region are the same"},
		{"rate above the quota", header + "a,us-east-1_Ab12Cd34E,,30\n", "t.csv:2: a rate of 30: AWS allows 25 updates a second to the whole account, and the others are throttled"},
		{"perhaps one account", header + "a,us-east-1_Ab12Cd34E,,\nb,us-east-1_Bb12Cd34E,111122223333,\n",
			"t.csv:2: names neither account nor role, and line 3 does: if the credentials are of account 111122223333, both share one quota, and two processes use it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := read(tt.text, fleet.Checks{})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(f.Notes(), "\n"); got != tt.want {
				t.Errorf("notes: %s", got)
			}
		})
	}
}

func TestDir(t *testing.T) {
	tests := []struct{ dir, ending, want string }{
		{"eu.run", ".run", "eu.run"},
		{"eu.run", ".plan", "eu.plan"},
		{"eu.run", ".sandbox.run", "eu.sandbox.run"},
		{"runs/eu", ".plan", "runs/eu.plan"},
		{"s3://b/eu/", ".run", "s3://b/eu/"},
		{"s3://b/eu/", ".plan", "s3://b/eu.plan"},
	}
	for _, tt := range tests {
		if got := (fleet.Row{RunDir: tt.dir}).Dir(tt.ending); got != tt.want {
			t.Errorf("%s with %s: %s, want %s", tt.dir, tt.ending, got, tt.want)
		}
	}
}

func TestIndex(t *testing.T) {
	const outside = "and the file has 4 indexes, numbered from 0 to 3"
	tests := []struct {
		name, text  string
		environment map[string]string
		want        int
		err         string
	}{
		{"number", "3", nil, 3, ""},
		{"beyond the last", "4", nil, 0, "--index is 4, " + outside},
		{"below the first", "-1", nil, 0, "--index is -1, " + outside},
		{"no number", "two", nil, 0, "--index: two is no index"},
		{"Kubernetes", "auto", map[string]string{"JOB_COMPLETION_INDEX": "2"}, 2, ""},
		{"AWS Batch", "auto", map[string]string{"AWS_BATCH_JOB_ARRAY_INDEX": "1"}, 1, ""},
		{"Slurm", "auto", map[string]string{"SLURM_ARRAY_TASK_ID": "0"}, 0, ""},
		{"two that agree", "auto", map[string]string{"JOB_COMPLETION_INDEX": "1", "SLURM_ARRAY_TASK_ID": "1"}, 1, ""},
		{"two that differ", "auto", map[string]string{"JOB_COMPLETION_INDEX": "1", "SLURM_ARRAY_TASK_ID": "2"}, 0, "--index auto: JOB_COMPLETION_INDEX is 1, and SLURM_ARRAY_TASK_ID is 2"},
		{"none", "auto", nil, 0, "--index auto: none of JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX and SLURM_ARRAY_TASK_ID is set"},
		{"one beyond the last", "auto", map[string]string{"SLURM_ARRAY_TASK_ID": "9"}, 0, "SLURM_ARRAY_TASK_ID is 9, " + outside},
		{"one that is no number", "auto", map[string]string{"SLURM_ARRAY_TASK_ID": "4294967294x"}, 0, "SLURM_ARRAY_TASK_ID: 4294967294x is no index"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := fleet.Index(tt.text, 4, func(name string) string { return tt.environment[name] }, "attrmigrate targets t.csv")
			if text := fmt.Sprint(err); got != tt.want || tt.err == "" && err != nil || tt.err != "" && text != tt.err {
				t.Errorf("%d, %v, want %d, %s", got, err, tt.want, tt.err)
			}
		})
	}
}

// A role has a path and a name, of so many letters together.
func TestLengthOfRole(t *testing.T) {
	for n, want := range map[int]bool{0: false, 1: true, 576: true, 577: false} {
		if account, ok := fleet.AccountOfRole("arn:aws:iam::111122223333:role/" + strings.Repeat("x", n)); ok != want || ok && account != "111122223333" {
			t.Errorf("a role of %d letters: %q %t", n, account, ok)
		}
	}
}
