package sources

import "testing"

func TestSeparators(t *testing.T) {
	ann := []string{`2: ann custom:tier="gold"`}
	for _, tt := range []struct {
		name, file, text string
		opts             Options
		dialect          string
		want             []string
	}{
		{"commas", "a.csv", "username,custom:tier\nann,gold\n", Options{}, "", ann},
		{"semicolons", "a.csv", "username;custom:tier\r\nann;gold\r\n", Options{}, "separated by semicolons", ann},
		{"tabs", "a.csv", "username\tcustom:tier\nann\tgold\n", Options{}, "separated by tabs", ann},
		{"tabs, as the name says", "a.tsv", "username\tcustom:tier\nann\tgold\n", Options{}, "separated by tabs", ann},
		{"commas, though the name says tabs", "a.TAB", "username,custom:tier\nann,gold\n", Options{}, "", ann},
		{"said in the first line", "a.csv", "sep=;\r\nusername;custom:tier\r\nann;gold\r\n", Options{}, "separated by semicolons", []string{`3: ann custom:tier="gold"`}},
		{"said in the first line, behind a byte-order mark", "a.csv", "\xef\xbb\xbfSEP=\t\r\nusername\tcustom:tier\r\nann\tgold\r\n", Options{}, "separated by tabs", []string{`3: ann custom:tier="gold"`}},
		{"said in the first line, of which all end in carriage returns", "a.csv", "sep=;\rusername;custom:tier\rann;gold\r", Options{}, "separated by semicolons", []string{`3: ann custom:tier="gold"`}},
		{"said in the first line, with returns doubled", "a.csv", "sep=;\r\r\nusername;custom:tier\r\r\nann;gold\r\r\n", Options{}, "separated by semicolons", []string{`3: ann custom:tier="gold"`}},
		{"said in the first line, in quotes", "a.csv", "\"sep=;\"\nusername;custom:tier\nann;gold\n", Options{}, "separated by semicolons", []string{`3: ann custom:tier="gold"`}},
		{"said in the first line, and another is meant", "a.csv", "sep=,\nusername;custom:tier\nann;gold\n", Options{Separator: ';'}, "separated by semicolons", []string{`3: ann custom:tier="gold"`}},
		{"said to be commas", "a.csv", "username,a;b;c\nann,gold\n", Options{Separator: ','}, "", []string{`2: ann a;b;c="gold"`}},
		{"one column", "a.csv", "username\nann\n", Options{}, "", []string{"2: ann"}},
		{"quoted cells", "a.csv", "\"username\";\"custom:tier\"\n\"a;\"\"n\";\"gold,\n\"\n", Options{}, "separated by semicolons", []string{`2: a;"n custom:tier="gold,\n"`}},
		{"other characters in quotes", "a.csv", "username,\"x;y;z\tx\"\nann,gold\n", Options{}, "", []string{`2: ann x;y;z` + "\t" + `x="gold"`}},
		{"commas in a name", "a.csv", "username;a,b,c\nann;gold\n", Options{}, "separated by semicolons", []string{`2: ann a,b,c="gold"`}},
		{"semicolons in names", "a.csv", "username,a;b;c\nann,gold\n", Options{}, "", []string{`2: ann a;b;c="gold"`}},
		{"a column that is said to name the user", "a.csv", "login;a,b,c\nann;gold\n", Options{UsernameColumn: "login"}, "separated by semicolons", []string{`2: ann a,b,c="gold"`}},
		{"cells that spreadsheets take for text", "a.csv", "\"=\"\"username\"\"\";custom:tier\nann;\"=\"\"gold\"\"\"\n", Options{}, "separated by semicolons", ann},
		{"blank rows in front", "a.csv", ";;\r\n \t;\r\nusername;custom:tier\r\nann;gold\r\n;;;\r\n", Options{}, "separated by semicolons", []string{`4: ann custom:tier="gold"`}},
		{"decimal commas", "a.csv", "username;custom:rate\nann;1,5\n", Options{}, "separated by semicolons", []string{`2: ann custom:rate="1,5"`}},
		{"long", "a.csv", "username;attribute;value\nann;custom:tier;gold\nann;locale;de\n", Options{}, "separated by semicolons", []string{`2: ann custom:tier="gold" locale="de"`}},
		{"a cell too many", "a.csv", "username;custom:tier\nann;gold;x\n", Options{}, "separated by semicolons", []string{"2: MalformedRow! the row has 3 cells, the header has 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.file, tt.text)
			f, err := Open([]string{path}, tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if got := f.Dialect(); got != tt.dialect {
				t.Errorf("dialect %q", got)
			}
			check(t, tt.file, tt.text, tt.opts, tt.want...)
		})
	}
}
