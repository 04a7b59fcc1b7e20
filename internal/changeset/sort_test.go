package changeset

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"attrmigrate/sources"
)

// TestSortCommand has a shell run the command.
func TestSortCommand(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no sh")
	}
	for _, tt := range []struct{ name, file, text, want string }{
		{"commas", "a.csv", "username,attribute,value\nbob,b,1\nann,b,2\nbob,a,3\n", "username,attribute,value\nann,b,2\nbob,b,1\nbob,a,3\n"},
		{"semicolons, the user last", "it's a.csv", "attribute;value;username\nb;1;bob\nb;2;ann\na;3;bob", "attribute;value;username\nb;2;ann\nb;1;bob\na;3;bob\n"},
		{"tabs", "-a.tsv", "value\tusername\tattribute\n1\tbob\tb\n2\tann\tb\n3\tbob\ta\n", "value\tusername\tattribute\n2\tann\tb\n1\tbob\tb\n3\tbob\ta\n"},
		{"carriage returns before line feeds", "a.csv", "username,attribute,value\r\nbob,b,1\r\nann,b,2\r\n", "username,attribute,value\r\nann,b,2\r\nbob,b,1\r\n"},
		{"wide", "a.csv", "username,name\nann,Ann\n", ""},
		{"carriage returns alone", "a.csv", "username,attribute,value\rbob,b,1\rann,b,2\r", ""},
		{"a first line that says the separator", "a.csv", "sep=;\nusername;attribute;value\nbob;b;1\nann;b;2\n", ""},
		{"a header of two lines", "a.csv", "username,attribute,value,\"_a\nb\"\nbob,b,1,\nann,b,2,\n", ""},
		{"a blank line first", "a.csv", "\nusername,attribute,value\nbob,b,1\nann,b,2\n", ""},
		{"UTF-16", "a.csv", "\xff\xfe" + wide("username,attribute,value\nbob,b,1\nann,b,2\n"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile(tt.file, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), Spec{Paths: []string{tt.file}, Decoding: sources.Options{}})
			if err != nil {
				t.Fatal(err)
			}
			in, err := s.Read()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			command := in.SortCommand()
			if tt.want == "" {
				if command != "" {
					t.Error(command)
				}
				return
			}
			if out, err := exec.Command(sh, "-c", command).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v %s", command, err, out)
			}
			ext := filepath.Ext(tt.file)
			if got, err := os.ReadFile(tt.file[:len(tt.file)-len(ext)] + ".sorted" + ext); err != nil || string(got) != tt.want {
				t.Errorf("%s\n%s %v, want\n%s", command, got, err, tt.want)
			}
		})
	}
}

// wide is a text of ASCII in UTF-16.
func wide(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}
