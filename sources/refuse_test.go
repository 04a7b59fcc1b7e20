package sources

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHeaderRefused(t *testing.T) {
	tests := []struct {
		name   string
		header string
		opts   Options
		want   string
		hint   string
	}{
		{"no username", "user,email", Options{}, ":1: no column names the user", "the columns are user, email"},
		{"username ignored", "username,email", Options{Ignore: []string{"username"}}, `:1: no column names the user: Options.Ignore leaves "username" out`, "Options.UsernameColumn"},
		{"two usernames", "username,email,Username", Options{}, `:1: columns "username" and "Username" both name the user`, "Options.Ignore"},
		{"username beside UsernameColumn", "username,login", Options{UsernameColumn: "login"}, `:1: columns "username" and "login" both name the user`, "Options.Ignore"},
		{"one name twice", "username,email, email", Options{}, `:1: columns 2 and 3 are both named "email"`, "rename"},
		{"one attribute twice after Rename", "username,tier,custom:tier", Options{Rename: map[string]string{"tier": "custom:tier"}}, `:1: columns "tier" and "custom:tier" are both custom:tier`, "Options.Ignore"},
		{"one expectation twice", "username,sub,expect:sub", Options{}, `:1: columns "sub" and "expect:sub" are both sub`, "Options.Ignore"},
		{"empty name", "username,,email", Options{}, ":1: column 2 has no name", "name the column"},
		{"empty expect", "username,expect:", Options{}, `:1: column 2, "expect:", names no attribute`, "expect:ATTRIBUTE"},
		{"Rename of nothing", "username,tier", Options{Rename: map[string]string{"teir": "custom:tier"}}, `:1: Options.Rename: there is no column "teir"`, `did you mean "tier"?`},
		{"a column beside those of a long CSV", "username,attribute,value,note", Options{}, ":1: each row says which attribute has which value, and there is more beside that: note", "to leave that out: Options.Ignore note"},
		{"columns beside those of a long CSV", "old,username,attribute,email,value", Options{}, ":1: each row says which attribute has which value, and there is more beside that: old, email", "to leave that out: Options.Ignore old Options.Ignore email"},
		{"a precondition beside those of a long CSV", "username,attribute,value,note,expect:tier", Options{}, ":1: each row says which attribute has which value, and there is more beside that: expect:tier", "make rows of it, with expect:tier for their attribute"},
		{"metadata beside those of a long CSV", "username,attribute,value,metadata:job", Options{}, ":1: each row says which attribute has which value, and there is more beside that: metadata:job", "make rows of it, with metadata:job for their attribute"},
		{"Ignore of nothing", "username,tier", Options{Ignore: []string{"notes"}}, `:1: Options.Ignore: there is no column "notes"`, "the columns are username, tier"},
		{"Ignore of a pattern that fits nothing", "username,tier", Options{Ignore: []string{"utm_*"}}, `:1: Options.Ignore: no column is like "utm_*"`, "the columns are username, tier"},
		{"Ignore of a pattern that fits the username", "username,tier", Options{Ignore: []string{"user*"}}, `:1: no column names the user: Options.Ignore leaves "username" out`, "Options.UsernameColumn"},
		{"UsernameColumn of nothing", "username,tier", Options{UsernameColumn: "login"}, `:1: Options.UsernameColumn: there is no column "login"`, "the columns are"},
		{"Rename to nothing", "username,tier", Options{Rename: map[string]string{"tier": ""}}, ": Options.Rename tier: the attribute has no name", "Options.Rename tier=ATTRIBUTE"},
		{"Rename and Ignore", "username,tier", Options{Rename: map[string]string{"tier": "x"}, Ignore: []string{"tier"}}, ": Options.Rename and Options.Ignore both name tier", "leave one"},
		{"semicolons, and commas are said", "username;email", Options{Separator: ','}, ":1: the columns are not separated by commas", "for semicolons: Options.Separator semicolon"},
		{"commas, and tabs are said", "username,email", Options{Separator: '\t'}, ":1: the columns are not separated by tabs", "for commas: Options.Separator comma"},
		{"another separator", "username|email", Options{}, ":1: the columns are not separated by commas", "with commas, semicolons or tabs"},
		{"another separator, said in the first line", "sep=|\nusername|email", Options{}, ":1: its cells are separated by '|'", "commas, semicolons or tabs"},
		{"another separator, said", "username|email", Options{Separator: '|'}, ": Options.Separator is '|'", "want a comma"},
		{"no column of users, behind a line that says the separator", "sep=;\r\nuser;email", Options{}, ":2: no column names the user", "user, email"},
		{"quote", "username,a\"b", Options{}, ":1: the header cannot be decoded: column 11: a quote in the middle of a cell", ""},
		{"not UTF-8", "username,pr\xe9nom", Options{}, ":1: the header is not UTF-8", "UTF-8"},
		{"third line", "\n\nuser,email", Options{}, ":3: no column names the user", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "users.csv", tt.header+"\nann,1,2\n")
			_, err := Open([]string{path}, tt.opts)
			refused(t, err, path, tt.want, tt.hint)
		})
	}
}

func TestFileRefused(t *testing.T) {
	const utf16 = "u\x00s\x00e\x00r\x00\n\x00"
	tests := []struct {
		name string
		file string
		text string
		want string
		hint string
	}{
		{"empty", "a.csv", "", ": is empty", "at least a header"},
		{"a byte-order mark alone", "a.csv", "\xef\xbb\xbf\n", ": is empty", ""},
		{"blank lines alone", "a.jsonl", "\n\r\n", ": is empty", ""},
		{"UTF-16 without", "a.jsonl", utf16, ": is not text in UTF-8: it looks like UTF-16", "UTF-8"},
		{"UTF-16, big end first", "a.csv", "\x00" + utf16, ": is not text in UTF-8: it looks like UTF-16", "UTF-8"},
		{"binary", "a.csv", "\x7fELF\x02\x01\x00\x00", ": is not text: it looks like binary data", ""},
		{"spreadsheet", "a.csv", "PK\x03\x04\x14\x00", ": is a zip archive, and no text", "unpack it first: unzip "},
		{"no format", "a.txt", "username\n", ": its name does not say its format", "say Options.Format CSV or Options.Format JSONL"},
		{"plain under .gz", "a.csv.gz", "username\n", ": is not gzip data, as its name says", "without .gz"},
		{"gzip under .csv", "a.csv", "\x1f\x8b\x08", ": is gzip data, which its name does not say", ".gz"},
		{"zstd under .gz", "a.csv.gz", "\x28\xb5\x2f\xfd", ": is zstd data, which its name does not say", ".zst"},
		{"torn gzip", "a.csv.gz", "\x1f\x8b\x08", ": gzip data is damaged or cut short: unexpected EOF", "again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.file, tt.text)
			_, err := Open([]string{path}, Options{})
			refused(t, err, path, tt.want, tt.hint)
		})
	}
	t.Run("missing", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a.csv")
		_, err := Open([]string{path}, Options{})
		refused(t, err, path, ": no such file", "check the name")
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v does not wrap fs.ErrNotExist", err)
		}
	})
	t.Run("directory", func(t *testing.T) {
		_, err := Open([]string{t.TempDir()}, Options{})
		if err == nil || !strings.HasSuffix(err.Error(), ": is a directory") {
			t.Error(err)
		}
	})
	t.Run("device", func(t *testing.T) {
		_, err := Open([]string{os.DevNull}, Options{Format: CSV})
		refused(t, err, os.DevNull, ": is not a regular file, and could not be read again to resume", "write it to a file")
	})
	t.Run("no input", func(t *testing.T) {
		_, err := Open(nil, Options{})
		refused(t, err, "", "no input", "name a CSV")
	})
	t.Run("UsernameColumn for JSONL", func(t *testing.T) {
		path := write(t, "a.jsonl", "{}")
		_, err := Open([]string{path}, Options{UsernameColumn: "login"})
		refused(t, err, path, ": Options.UsernameColumn is for CSV", `"username"`)
	})
}

func TestInputsThatDiffer(t *testing.T) {
	a := write(t, "a.csv", "username,custom:tier\nann,gold\n")
	tests := []struct {
		name string
		file string
		text string
		want string
	}{
		{"format", "b.jsonl", "{}", ": is JSONL, and " + a + " is CSV"},
		{"name of a column", "b.csv", "username,tier\n", ":1: column 2 is \"tier\" here and \"custom:tier\" in " + a},
		{"a column less", "b.csv", "username\n", ":1: column 2 is absent here and \"custom:tier\" in " + a},
		{"a column more", "b.csv", "username,custom:tier,name\n", ":1: column 3 is \"name\" here and absent in " + a},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := write(t, tt.file, tt.text)
			_, err := Open([]string{a, b}, Options{})
			refused(t, err, b, tt.want, "one by one")
		})
	}
}

// TestStreamRefused reads good rows first, then damage that ends the stream.
func TestStreamRefused(t *testing.T) {
	// TestBombs has records over 4 MiB; here smaller ones are too long.
	opts := Options{maxRecord: smallRecord}
	huge := strings.Repeat("x", smallRecord)
	tests := []struct {
		name    string
		file    string
		text    string
		records int
		want    string
	}{
		{"the file ends inside a quote", "a.csv", "username,a\nann,1\nbob,\"2\ncat,3\n", 1, ":3: a quote is left open"},
		{"the last line ends inside a quote", "a.csv", "username,a\nann,1\nbob,\"2\r\n", 1, ":3: a quote is left open"},
		{"the last line, cut short", "a.csv", "username,a\nann,1\nbob,\"2", 1, ":3: a quote is left open"},
		{"closed by a quote in a later line", "a.csv", "username,a\nann,1\nbob,\"2\ncat,\"3\"\ndan,4\n", 1, ":3: a quote is left open"},
		{"bare quote after a quoted newline", "a.csv", "username,a\n\"an\nn\",x\"y\nbob,1\n", 0, ":2: a quote is left open"},
		{"a quote swallows more than a record may have", "a.csv", "username,a\nann,1\n\nbob,\"2\n" + strings.Repeat("cat,3\n", smallRecord/5), 1, ":4: record is over 192 KiB"},
		{"a row that is too long", "a.csv", "username,a\nann," + huge + "\n", 0, ":2: record is over 192 KiB"},
		{"a row that is too long with a bare quote", "a.csv", "username,a\nann,\"\"x" + huge + huge + "\nbob,1\n", 0, ":2: record is over 192 KiB"},
		{"a long record that is too long", "a.csv", "username,attribute,value\n" + strings.Repeat("ann,a,"+huge[:smallRecord/4]+"\n", 5), 0, ":2: record is over 192 KiB"},
		{"an open quote behind rows of its user", "a.csv", "username,attribute,value\nann,a,1\nbob,a,1\nbob,b,\"2\n", 1, ":4: a quote is left open"},
		{"a line that is too long", "a.jsonl", "{\"username\":\"ann\"}\n{\"username\":\"" + huge + "\"}\n", 1, ":2: record is over 192 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.file, tt.text)
			changes, err := read(t, opts, path)
			refused(t, err, path, tt.want, "")
			if len(changes) != tt.records {
				t.Errorf("%d records before it, want %d", len(changes), tt.records)
			}
		})
	}
	t.Run("a header that is too long", func(t *testing.T) {
		path := write(t, "a.csv", "username,\""+huge+huge)
		_, err := Open([]string{path}, opts)
		refused(t, err, path, ":1: record is over 192 KiB", "")
	})
	t.Run("blank lines are no record", func(t *testing.T) {
		check(t, "a.csv", "username\n"+strings.Repeat("\r\n", smallRecord)+"ann\n", opts, fmt.Sprintf("%d: ann", smallRecord+2))
	})
}
