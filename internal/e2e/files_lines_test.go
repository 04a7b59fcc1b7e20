package e2e

import (
	"bytes"
	"compress/gzip"
	"strings"
	"unicode/utf16"
)

// lineFiles end their lines as systems, editors and accidents do.
var lineFiles = []fileCase{
	{name: "LF", file: "x.csv", text: "username,custom:tier\nann,gold\nbob,silver\n", after: goldAndSilver},
	{name: "CR LF", file: "x.csv", text: "username,custom:tier\r\nann,gold\r\nbob,silver\r\n", after: goldAndSilver},
	{name: "CR CR LF, of a text mode over another", file: "x.csv", text: "username,custom:tier\r\r\nann,gold\r\r\nbob,silver\r\r\n", after: goldAndSilver},
	{name: "CR CR LF in the rows alone", file: "x.csv", text: "username,custom:tier\nann,gold\r\r\nbob,silver\r\r\n", after: goldAndSilver},
	{name: "CR CR CR LF", file: "x.csv", text: "username,custom:tier\r\r\r\nann,gold\r\r\r\nbob,silver\r\r\r\n", after: goldAndSilver},
	{name: "CR alone, of an old Mac", file: "x.csv", text: "username,custom:tier\rann,gold\rbob,silver\r", after: goldAndSilver},
	{name: "mixed ends, of files joined", file: "x.csv", text: "username,custom:tier\r\nann,gold\nbob,silver\r", after: goldAndSilver},
	{name: "LF CR", file: "x.csv", text: "username,custom:tier\n\rann,gold\n\rbob,silver\n\r", after: goldAndSilver},
	{name: "CR CR LF behind quotes", file: "x.csv", text: "username,custom:tier\r\r\n\"ann\",\"gold\"\r\r\n\"bob\",\"silver\"\r\r\n", after: goldAndSilver},
	{name: "CR CR LF in a long file", file: "x.csv", text: "username,attribute,value\r\r\nann,custom:tier,gold\r\r\nbob,custom:tier,silver\r\r\n", after: goldAndSilver},
	{name: "CR alone in a long file", file: "x.csv", text: "username,attribute,value\rann,custom:tier,gold\rbob,custom:tier,silver\r", after: goldAndSilver},
	{name: "JSON lines that end in CR CR LF", file: "x.jsonl", text: jsonTier("ann", "gold", "\r\r\n") + jsonTier("bob", "silver", "\r\r\n"), after: goldAndSilver},
	{name: "JSON lines that end in CR", file: "x.jsonl", text: jsonTier("ann", "gold", "\r") + jsonTier("bob", "silver", "\r"), after: goldAndSilver},
	{name: "JSON lines with empty lines between", file: "x.jsonl", text: "\n" + jsonTier("ann", "gold", "\n \n\t\n") + jsonTier("bob", "silver", "\n\n"), after: goldAndSilver},
	{name: "JSON lines without the last line end", file: "x.jsonl", text: jsonTier("ann", "gold", "\n") + jsonTier("bob", "silver", ""), after: goldAndSilver},
	{name: "JSON that is cut short", file: "x.jsonl", text: jsonTier("ann", "gold", "\n") + `{"username":"bob","attributes":{"custom:tier":"silv`,
		fails: map[int]string{2: "end"}, after: map[string]string{"ann custom:tier": "gold"}},
	{name: "lines inside quotes", file: "x.csv", text: "username,custom:note\nann,\"one\r\ntwo\"\nbob,\"one\ntwo\"\n",
		told: map[string]int{"control": 2}, after: map[string]string{"ann custom:note": "one\r\ntwo", "bob custom:note": "one\ntwo"}},

	{name: "no last line end", file: "x.csv", text: "username,custom:tier\nann,gold\nbob,silv", told: map[string]int{"cut-row": 1},
		after: map[string]string{"ann custom:tier": "gold", "bob custom:tier": "silv"}},
	{name: "no last line end in a long file", file: "x.csv", text: "username,attribute,value\nann,custom:tier,gold\nbob,custom:tier,silv",
		told: map[string]int{"cut-row": 1}, after: map[string]string{"ann custom:tier": "gold", "bob custom:tier": "silv"}},
	{name: "no last line end in a packed file", file: "x.csv.gz", text: "username,custom:tier\nann,gold\nbob,silv", as: packed, told: map[string]int{"cut-row": 1},
		after: map[string]string{"ann custom:tier": "gold", "bob custom:tier": "silv"}},
	{name: "a packed file cut short", file: "x.csv.gz", text: "username,custom:tier\nann,gold\nbob,silver\n", as: cutShort, refuses: []string{"x.csv.gz"}},
	{name: "a last row whose quote is open", file: "x.csv", text: "username,custom:tier\nann,gold\nbob,\"silv", refuses: []string{"quote"}},
	{name: "the header alone", file: "x.csv", text: "username,custom:tier\n"},
	{name: "nothing", file: "x.csv", text: "", refuses: []string{"empty"}},
	{name: "nothing but line ends", file: "x.csv", text: "\r\n\r\n", refuses: []string{"x.csv"}},

	{name: "empty rows between", file: "x.csv", text: "username,custom:tier\n\nann,gold\n\n\nbob,silver\n\n", after: goldAndSilver},
	{name: "empty rows before the header", file: "x.csv", text: "\n\nusername,custom:tier\nann,gold\nbob,silver\n", after: goldAndSilver},
	{name: "rows of separators at the end, of a spreadsheet", file: "x.csv", text: "username,custom:tier\r\nann,gold\r\nbob,silver\r\n" + strings.Repeat(",\r\n", 30), after: goldAndSilver},
	{name: "rows of separators between", file: "x.csv", text: "username,custom:tier\n,\nann,gold\n,\nbob,silver\n", after: goldAndSilver},
	{name: "rows of semicolons at the end", file: "x.csv", text: "username;custom:tier\nann;gold\nbob;silver\n;\n;\n", after: goldAndSilver},
	{name: "rows of quotes at the end", file: "x.csv", text: "username,custom:tier\nann,gold\nbob,silver\n\"\",\"\"\n", after: goldAndSilver},
	{name: "rows of blanks at the end", file: "x.csv", text: "username,custom:tier\nann,gold\nbob,silver\n , \n   \n", after: goldAndSilver},
	{name: "a last row of separators without its line end", file: "x.csv", text: "username,custom:tier\nann,gold\nbob,silver\n,", after: goldAndSilver},
	{name: "rows of separators at the end of a long file", file: "x.csv", text: "username,attribute,value\nann,custom:tier,gold\nbob,custom:tier,silver\n,,\n,,\n", after: goldAndSilver},
	{name: "fewer separators than columns", file: "x.csv", text: "username,custom:tier,custom:note\nann,gold,\nbob,silver,\n,\n", after: goldAndSilver},
	{name: "a byte-order mark", file: "x.csv", text: "\ufeffusername,custom:tier\nann,gold\nbob,silver\n", after: goldAndSilver},
	{name: "a byte-order mark before a quoted header", file: "x.csv", text: "\ufeff\"username\",\"custom:tier\"\n\"ann\",\"gold\"\n\"bob\",\"silver\"\n", after: goldAndSilver},
	{name: "a byte-order mark before JSON", file: "x.jsonl", text: "\ufeff" + jsonTier("ann", "gold", "\n") + jsonTier("bob", "silver", "\n"), after: goldAndSilver},
	{name: "UTF-16 without its mark", file: "x.csv", text: inUTF16("username,custom:tier\r\nann,gold\r\n", false), refuses: []string{"UTF-16"}},
	{name: "Latin-1", file: "x.csv", text: "username,custom:tier,custom:note\nann,gold,\nbob,silver,M\xfcller\n",
		fails: map[int]string{3: "UTF-8"}, after: map[string]string{"ann custom:tier": "gold"}},
	{name: "Unicode text of a spreadsheet", file: "x.csv", text: inUTF16("\ufeffusername\tcustom:tier\r\nann\tgold\r\nbob\tsilver\r\n", false), after: goldAndSilver},
	{name: "the other order of bytes", file: "x.csv", text: inUTF16("\ufeffusername,custom:tier\r\nann,gold\r\nbob,silver\r\n", true), after: goldAndSilver},
	{name: "an address cut short", file: "x.csv", text: "username,email\nann,new-1@example.com\nbob,new-2@exam", told: map[string]int{"cut-row": 1},
		fails: map[int]string{3: "cut short"},
		after: map[string]string{"ann email": "new-1@example.com", "ann email_verified": "false"}},
	{name: "a last row with a column too few", file: "x.csv", text: "username,custom:tier,custom:note\nann,gold,x\nbob,silver",
		told: map[string]int{"cut-row": 1}, fails: map[int]string{3: "the row has"}, after: map[string]string{"ann custom:tier": "gold", "ann custom:note": "x"}},
	{name: "the end of file of DOS", file: "x.csv", text: "username,custom:tier\r\nann,gold\r\nbob,silver\r\n\x1a", told: map[string]int{"cut-row": 1}, fails: map[int]string{4: ""}, after: goldAndSilver},
	{name: "JSON of PowerShell in UTF-16", file: "x.json", text: inUTF16("\ufeff{\"Users\":["+listed("ann", "gold")+","+listed("bob", "silver")+"]}\r\n", false), after: goldAndSilver},
	{name: "UTF-16 with half a character", file: "x.csv", text: inUTF16("\ufeffusername\tcustom:tier\r\nann\tgold\r\n", false) + "b", told: map[string]int{"cut-row": 1}, fails: map[int]string{3: ""}, after: map[string]string{"ann custom:tier": "gold"}},
	{name: "UTF-16 with half a pair", file: "x.csv", text: inUTF16("\ufeffusername\tcustom:tier\r\nann\tgold\r\nbob\tx", false) + "\x3d\xd8\x0d\x00\x0a\x00", told: map[string]int{"replacement": 1}, after: map[string]string{"ann custom:tier": "gold", "bob custom:tier": "x\ufffd"}},
	{name: "UTF-16 packed", file: "x.csv.gz", text: inUTF16("\ufeffusername\tcustom:tier\r\nann\tgold\r\nbob\tsilver\r\n", false), as: packed, after: goldAndSilver},
	{name: "UTF-16 with cut row", file: "x.csv", text: inUTF16("\ufeffusername\tcustom:tier\r\nann\tgold\r\nbob\tsilver", false), told: map[string]int{"cut-row": 1}, after: goldAndSilver},
	{name: "UTF-16 of semicolons", file: "x.csv", text: inUTF16("\ufeffsep=;\r\nusername;custom:tier\r\nann;gold\r\nbob;silver\r\n", true), after: goldAndSilver},
	{name: "UTF-32", file: "x.csv", text: "\xff\xfe\x00\x00u\x00\x00\x00s\x00\x00\x00", refuses: []string{"x.csv"}},
	{name: "two files with marks", file: "x.csv", text: "\ufeffusername,custom:tier\nann,gold\n", more: map[string]string{"y.csv": "\ufeffusername,custom:tier\nbob,silver\n"}, after: goldAndSilver},
	{name: "the first of two files is cut", file: "x.csv", text: "username,custom:tier\nann,gold", more: map[string]string{"y.csv": "username,custom:tier\nbob,silver\n"}, told: map[string]int{"cut-row": 1}, after: goldAndSilver},
	{name: "Windows-1252", file: "x.csv", text: "username,custom:tier,custom:note\nann,gold,M\xfcller\n", fails: map[int]string{2: "UTF-8"}},
	{name: "Windows-1252 in the header", file: "x.csv", text: "username,custom:gr\xfc\xdfe\nann,gold\n", refuses: []string{"UTF-8"}},
}

func jsonTier(user, tier, end string) string {
	return `{"username":"` + user + `","attributes":{"custom:tier":"` + tier + `"}}` + end
}

// packed is a text as gzip has it.
func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // to memory
	_ = w.Close()
	return b.String()
}

// cutShort is the beginning of a text as gzip has it.
func cutShort(text string) string { return packed(text)[:40] }

// inUTF16 is a text in two bytes a character, the greater first or last.
func inUTF16(text string, big bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		bytes := []byte{byte(unit), byte(unit >> 8)}
		if big {
			bytes[0], bytes[1] = bytes[1], bytes[0]
		}
		b.Write(bytes)
	}
	return b.String()
}
