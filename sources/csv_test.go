package sources

import (
	"slices"
	"strings"
	"testing"
)

func TestWide(t *testing.T) {
	tests := []struct {
		name string
		text string
		opts Options
		want []string
	}{
		{"plain", "username,custom:tier\nann,gold\nbob,silver\n", Options{},
			[]string{`2: ann custom:tier="gold"`, `3: bob custom:tier="silver"`}},
		{"no end of line at the end", "username,email\nann,ann@example.com", Options{}, []string{`2: ann email="ann@example.com"`}},
		{"header only", "username,email\n", Options{}, nil},
		{"username alone", "username\nann\n", Options{}, []string{"2: ann"}},
		{"byte-order mark and CRLF", "\xef\xbb\xbfusername,email\r\nann,a@example.com\r\n\r\nbob,b@example.com\r\n", Options{},
			[]string{`2: ann email="a@example.com"`, `4: bob email="b@example.com"`}},
		{"quoted newlines", "username,address\nann,\"1 Road\nTown\"\n\n\nbob,\"2\r\nRoad\"\ncat,x\n", Options{},
			[]string{`2: ann address="1 Road\nTown"`, `6: bob address="2\r\nRoad"`, `8: cat address="x"`}},
		{"quoted newline in the header", "username,\" email\n\"\nann,a@example.com\n", Options{}, []string{`3: ann email="a@example.com"`}},
		{"names are trimmed", " username , email \nann, a\n", Options{}, []string{`2: ann email=" a"`}},
		{"cognito:username, mfa_enabled and identities", "cognito:username,cognito:mfa_enabled,identities,name\nann,false,[],Ann\n", Options{}, []string{`2: ann name="Ann"`}},
		{"Username", "Username,name\nann,Ann\n", Options{}, []string{`2: ann name="Ann"`}},
		{"lone sub", "sub,name\n111-222,Ann\n", Options{}, []string{`2: 111-222 name="Ann"`}},
		{"sub beside a username is expected", "sub,username,name\n111-222,ann,Ann\n,bob,Bob\n", Options{},
			[]string{`2: ann name="Ann" expect:sub="111-222"`, `3: bob name="Bob"`}},
		{"UsernameColumn", "login,name\nann,Ann\n", Options{UsernameColumn: "login"}, []string{`2: ann name="Ann"`}},
		{"UsernameColumn over an ignored username", "username,login\nold,ann\n", Options{UsernameColumn: "login", Ignore: []string{"username"}}, []string{`2: ann`}},
		{"Rename and Ignore", "username,tier,notes\nann,gold,x\n", Options{Rename: map[string]string{"tier": "custom:tier"}, Ignore: []string{"notes"}},
			[]string{`2: ann custom:tier="gold"`}},
		{"Rename reaches expect:", "username,tier,expect:tier\nann,gold,silver\n", Options{Rename: map[string]string{"tier": "custom:tier"}},
			[]string{`2: ann custom:tier="gold" expect:custom:tier="silver"`}},
		{"Rename to the username", "login,name\nann,Ann\n", Options{Rename: map[string]string{"login": "username"}}, []string{`2: ann name="Ann"`}},
		{"columns of reports", "username,name,_line,_code\nann,Ann,7,AliasExists\n", Options{}, []string{`2: ann name="Ann"`}},
		{"columns called value and attribute that mean others", "username,value,attribute,x\nann,1,2,3\n", Options{Rename: map[string]string{"attribute": "custom:attribute"}}, []string{`2: ann value="1" custom:attribute="2" x="3"`}},
		{"expect", "username,expect:a,expect:b,expect:c\nann,1,,<delete>\n", Options{}, []string{`2: ann expect:a="1" expect:c=-`}},
		{"empty is kept", "username,a,b\nann,,<delete>\n", Options{}, []string{`2: ann b=-`}},
		{"empty deletes", "username,a,expect:a\nann,,\n", Options{Empty: DeleteEmpty}, []string{`2: ann a=-`}},
		{"empty is refused", "username,a,expect:b\nann,,\nbob,1,\n", Options{Empty: RefuseEmpty},
			[]string{`2: EmptyValue! a: the cell is empty`, `3: bob a="1"`}},
		{"another marker", "username,a,b\nann,NULL,<delete>\n", Options{DeleteMarker: "NULL"}, []string{`2: ann a=- b="<delete>"`}},
		{"no username", "username,a\n,1\n \t,2\nann,3\n", Options{},
			[]string{"2: MissingUsername! username: the cell is empty, so the row names no user",
				"3: MissingUsername! username: the cell is empty, so the row names no user", `4: ann a="3"`}},
		{"ragged rows", "username,a\nann\nbob,1,\"2\n3\"\ncat,4\n", Options{},
			[]string{"2: MalformedRow! the row has 1 cell, the header has 2", "3: MalformedRow! the row has 3 cells, the header has 2", `5: cat a="4"`}},
		{"quotes within a line", "username,a\nann,x\"y\nbob,\"x\"y\ncat,\"1\"\n", Options{},
			[]string{"2: MalformedRow! column 6: a quote in the middle of a cell", "3: MalformedRow! column 7: a quote in the middle of a cell", `4: cat a="1"`}},
		{"columns without a name at the end", "username,a,,\nann,1,,\nbob,2,,x\ncat,3, ,\n", Options{},
			[]string{`2: ann a="1"`, "3: MalformedRow! cell 4 stands in a column without a name", `4: cat a="3"`}},
		{"one before the columns of a report", "username,a,,_line\nann,1,,7\n", Options{}, []string{`2: ann a="1"`}},
		{"one in a long CSV", "username,attribute,value,\nann,a,1,\n", Options{}, []string{`2: ann a="1"`}},
		{"not UTF-8, NUL", "username,a,b\nann,\xff,1\nbob,1,x\x00\ncat,2,3\n", Options{},
			[]string{"2: InvalidText! a: not UTF-8", "3: InvalidText! b: contains a NUL character: U+0000 at character 2", `4: cat a="2" b="3"`}},
		{"not UTF-8 in an ignored column", "username,notes\nann,\xff\n", Options{Ignore: []string{"notes"}}, []string{"2: ann"}},
		{"and a carriage return in another", "username,notes,address\nann,\xff,\"1 Road\r\nTown\"\n", Options{Ignore: []string{"notes"}},
			[]string{`2: ann address="1 Road\r\nTown"`}},
		{"a bad row fed back stays bad", "username,a,_line,_raw\n,,7,ann;gold\nbob,1,8,\nann,gold,7,ann;gold\n", Options{},
			[]string{"2: MalformedRow! this row could not be decoded before", `3: bob a="1"`, `4: ann a="gold"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, "users.csv", tt.text, tt.opts, tt.want...) })
	}
}

func TestLong(t *testing.T) {
	hundred := "username,attribute,value\n" + strings.Repeat("ann,name,x\n", 101) + "bob,name,Bob\n"
	tests := []struct {
		name string
		text string
		opts Options
		want []string
	}{
		{"groups", "username,attribute,value\nann,name,Ann\nann,locale,en\nbob,name,Bob\nann,name,Anne\n", Options{},
			[]string{`2: ann name="Ann" locale="en"`, `4: bob name="Bob"`, `5: ann name="Anne"`}},
		{"columns in another order, with a report's", "_line,value,attribute,Username\n1,Ann,name,ann\n2,en,locale,ann\n", Options{},
			[]string{`2: ann name="Ann" locale="en"`}},
		{"empty and marker", "username,attribute,value\nann,name,\nann,locale,<delete>\n", Options{}, []string{`2: ann locale=-`}},
		{"empty is refused", "username,attribute,value\nann,locale,en\nann,name,\nbob,name,Bob\n", Options{Empty: RefuseEmpty},
			[]string{`2: EmptyValue! name: the cell is empty (line 3)`, `4: bob name="Bob"`}},
		{"expect and sub", "username,attribute,value\nann,tier,gold\nann,expect:tier,silver\nann,sub,1-2\n", Options{Rename: map[string]string{"tier": "custom:tier"}},
			[]string{`2: ann custom:tier="gold" expect:custom:tier="silver" expect:sub="1-2"`}},
		{"Ignore names an attribute", "username,attribute,value\nann,notes,x\nann,name,Ann\n", Options{Ignore: []string{"notes"}}, []string{`2: ann name="Ann"`}},
		{"Ignore names a column", "username,notes,attribute,value\nann,x,name,Ann\n", Options{Ignore: []string{"notes"}}, []string{`2: ann name="Ann"`}},
		{"an attribute twice", "username,attribute,value\nann,name,A\nann,name,B\nbob,name,Bob\n", Options{},
			[]string{`2: DuplicateAttribute! name: the attribute stands twice in one record`, `4: bob name="Bob"`}},
		{"no attribute", "username,attribute,value\nann,,A\nann,expect:,B\nbob,name,Bob\n", Options{},
			[]string{`2: MissingAttribute! attribute: the cell is empty (line 2)`, `4: bob name="Bob"`}},
		{"too many rows", hundred, Options{}, []string{`2: TooManyRows! 101 rows of one user, and 100 are allowed`, `103: bob name="Bob"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, "users.csv", tt.text, tt.opts, tt.want...) })
	}
}

func TestRowsAreGivenBack(t *testing.T) {
	changes, err := read(t, Options{Ignore: []string{"notes"}}, write(t, "users.csv",
		"notes,username,a,_x\n\"n\n1\",ann,1,2\n\"bad\",bob\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := changes[0].Rows, []string{"n\n1", "ann", "1", "2"}; len(got) != 1 || got[0].Line != 2 || !slices.Equal(got[0].Cells, want) {
		t.Errorf("rows: %v", got)
	}
	if got := changes[1]; string(got.Text) != `"bad",bob` || got.Rows != nil || got.Line != 4 {
		t.Errorf("undecoded row: %q in line %d, rows %v", got.Text, got.Line, got.Rows)
	}
	long, err := read(t, Options{}, write(t, "long.csv", "username,attribute,value\nann,a,\"1\n\"\nann,a,2\n"))
	if err != nil {
		t.Fatal(err)
	}
	if rows := long[0].Rows; len(rows) != 2 || rows[0].Line != 2 || rows[1].Line != 4 {
		t.Errorf("rows of a failed long record: %v", rows)
	}
}

func TestLargeCells(t *testing.T) {
	cell := strings.Repeat("0123456789abcdef", bufferSize/4) // four times what is read at once
	for _, file := range [][2]string{
		{"users.csv", "username,a\nann,\"" + cell + "\"\nbob,1\n"},
		{"users.jsonl", "\n" + `{"username":"ann","attributes":{"a":"` + cell + `"}}` + "\n" + `{"username":"bob"}` + "\n"},
	} {
		t.Run(file[0], func(t *testing.T) {
			changes, err := read(t, Options{}, write(t, file[0], file[1]))
			if err != nil {
				t.Fatal(err)
			}
			if len(changes) != 2 || changes[0].Attributes[0].Value != cell || changes[1].Line != 3 {
				t.Errorf("%d records", len(changes))
			}
		})
	}
}

// TestReturnInLastCell refuses what is left of a row before a carriage return that was not put into quotes, wherever
// reading begins.
func TestReturnInLastCell(t *testing.T) {
	const cut = "MalformedRow! a carriage return ends the row, and behind it stands no row"
	check(t, "a.csv", "username,a\nann,go\rld\nbob,1\n", Options{}, "2: "+cut, "3: MalformedRow! the row has 1 cell, the header has 2", `4: bob a="1"`)
	check(t, "a.csv", "username,a\rann,go\rbob,1\r", Options{}, `2: ann a="go"`, `3: bob a="1"`)
}
