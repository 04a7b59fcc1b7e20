package e2e

// separatorFiles separate their cells as spreadsheets of many countries do.
var separatorFiles = []fileCase{
	{name: "semicolons", file: "x.csv", text: "username;custom:tier;custom:note\nann;gold;x\nbob;silver;y\n", says: []string{"semicolon"},
		after: withNotes("x", "y")},
	{name: "semicolons, said by a spreadsheet", file: "x.csv", text: "sep=;\r\nusername;custom:tier\r\nann;gold\r\nbob;silver\r\n", says: []string{"semicolon"}, after: goldAndSilver},
	{name: "commas, said by a spreadsheet", file: "x.csv", text: "sep=,\r\nusername,custom:tier\r\nann,gold\r\nbob,silver\r\n", after: goldAndSilver},
	{name: "tabs, said by a spreadsheet", file: "x.csv", text: "sep=\t\r\nusername\tcustom:tier\r\nann\tgold\r\nbob\tsilver\r\n", says: []string{"tab"}, after: goldAndSilver},
	{name: "said in quotes and after a byte-order mark", file: "x.csv", text: "\ufeff\"sep=;\"\r\nusername;custom:tier\r\nann;gold\r\nbob;silver\r\n", after: goldAndSilver},
	{name: "the place of a row after a line of separators", file: "x.csv", text: "sep=;\r\nusername;custom:points\r\nann;x\r\nbob;2\r\n",
		fails: map[int]string{3: "custom:points"}, after: map[string]string{"bob custom:points": "2"}},
	{name: "tabs", file: "x.csv", text: "username\tcustom:tier\tcustom:note\nann\tgold\tx\nbob\tsilver\ty\n", says: []string{"tab"}, after: withNotes("x", "y")},
	{name: "a file of tabs", file: "x.tsv", text: "username\tcustom:tier\nann\tgold\nbob\tsilver\n", says: []string{"tab"}, after: goldAndSilver},
	{name: "commas inside cells between semicolons", file: "x.csv", text: "username;custom:tier;custom:note\nann;gold;1,5\nbob;silver;a, b, c\n", after: withNotes("1,5", "a, b, c")},
	{name: "semicolons inside cells between commas", file: "x.csv", text: "username,custom:tier,custom:note\nann,gold,a;b;c;d\nbob,silver,;;;;\n", after: withNotes("a;b;c;d", ";;;;")},
	{name: "quoted semicolons between semicolons", file: "x.csv", text: "username;custom:tier;custom:note\nann;gold;\"a;b\"\nbob;silver;\"c\nd;\"\n", told: map[string]int{"control": 1}, after: withNotes("a;b", "c\nd;")},
	{name: "a quoted header", file: "x.csv", text: "\"username\";\"custom:tier\"\n\"ann\";\"gold\"\n\"bob\";\"silver\"\n", after: goldAndSilver},
	{name: "long, with semicolons", file: "x.csv", text: "username;attribute;value\nann;custom:tier;gold\nbob;custom:tier;silver\n", after: goldAndSilver},
	{name: "long, with tabs", file: "x.csv", text: "username\tattribute\tvalue\nann\tcustom:tier\tgold\nbob\tcustom:tier\tsilver\n", after: goldAndSilver},
	{name: "a row with a column too many", file: "x.csv", text: "username;custom:tier\nann;gold;more\nbob;silver\n", fails: map[int]string{2: "the row has"},
		after: map[string]string{"bob custom:tier": "silver"}},
	{name: "commas in a row of semicolons", file: "x.csv", text: "username;custom:tier\nann,gold\nbob;silver\n", fails: map[int]string{2: "the row has"},
		after: map[string]string{"bob custom:tier": "silver"}},
	{name: "forced semicolons", file: "x.csv", flags: "--separator semicolon", text: "username;custom:tier\nann;gold\nbob;silver\n", after: goldAndSilver},
	{name: "forced by the character", file: "x.csv", flags: "--separator ;", text: "username;custom:tier\nann;gold\nbob;silver\n", after: goldAndSilver},
	{name: "forced tabs", file: "x.csv", flags: `--separator \t`, text: "username\tcustom:tier\nann\tgold\nbob\tsilver\n", after: goldAndSilver},
	{name: "forced against the file", file: "x.csv", flags: "--separator semicolon", text: "username,custom:tier\nann,gold\n", refuses: []string{"x.csv"}},
	{name: "forced to nothing known", file: "x.csv", flags: "--separator colon", text: "username,custom:tier\nann,gold\n", refuses: []string{"--separator"}},
	{name: "a bar", file: "x.csv", text: "username|custom:tier\nann|gold\n", refuses: []string{"x.csv"}},
	{name: "one column alone", file: "x.csv", text: "username\nann\n"},
	{name: "a trailing separator in every line", file: "x.csv", text: "username;custom:tier;\nann;gold;\nbob;silver;\n", after: goldAndSilver},
	{name: "trailing commas", file: "x.csv", text: "username,custom:tier,,\nann,gold,,\nbob,silver,,\n", after: goldAndSilver},
	{name: "two files of other separators", file: "x.csv", text: "username,custom:tier\nann,gold\n", more: map[string]string{"y.csv": "username;custom:tier\nbob;silver\n"}, refuses: []string{"y.csv"}},
	{name: "a text of tabs", file: "x.txt", text: "username\tcustom:tier\nann\tgold\nbob\tsilver\n", refuses: []string{"--format csv"}},
	{name: "separator for JSON", file: "x.jsonl", flags: "--separator semicolon", text: jsonTier("ann", "gold", "\n"), refuses: []string{"--separator"}},
}

func withNotes(ann, bob string) map[string]string {
	return map[string]string{"ann custom:tier": "gold", "bob custom:tier": "silver", "ann custom:note": ann, "bob custom:note": bob}
}
