package sources

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/sealed"
	"attrmigrate/internal/shell"
)

// foreign refuses a file that is something else than a change set by its first bytes, and says how it becomes one.
func foreign(path string, first []byte) *FileError {
	for _, f := range foreigners {
		if f.is(first) {
			return &FileError{Msg: f.what, Remedy: f.remedy(path)}
		}
	}
	return nil
}

// foreigner is a kind of file that people mistake for a change set.
type foreigner struct {
	is     func(first []byte) bool
	what   string
	remedy func(path string) string
}

// foreigners are those that are known, the narrower first.
var foreigners = []foreigner{
	{both(begins("PK\x03\x04"), contains("mimetypeapplication/vnd.oasis.opendocument.spreadsheet")), "is a spreadsheet (.ods), and no text", asCSV},
	{both(begins("PK\x03\x04"), contains("[Content_Types].xml", "xl/", "docProps/", "_rels/")), "is a spreadsheet (.xlsx), and no text", asCSV},
	{both(begins("PK\x03\x04"), contains("Index/", ".iwa")), "is a spreadsheet (.numbers), and no text",
		said("in Numbers: File > Export To > CSV, with the encoding UTF-8")},
	{begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "is a spreadsheet (.xls), and no text", asCSV},
	{begins("PK\x03\x04", "PK\x05\x06"), "is a zip archive, and no text", unpacked("unzip")},
	{begins("7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07"), "is a packed archive, and no text", said("unpack it first")},
	{begins("BZh"), "is bzip2 data, which is not read", unpacked("bunzip2 -k")},
	{begins("\xfd7zXZ\x00"), "is xz data, which is not read", unpacked("unxz -k")},
	{isTar, "is a tar archive, and no text", unpacked("tar -xf")},
	{begins("PAR1"), "is a Parquet file, and no text", exported},
	{begins("ORC"), "is an ORC file, and no text", exported},
	{begins("Obj\x01"), "is an Avro file, and no text", exported},
	{begins("SQLite format 3\x00"), "is an SQLite database, and no text", exported},
	{begins("%PDF-"), "is a PDF, and no change set", exported},
	{begins("{\\rtf"), "is a document (.rtf), and no plain text", said("save it as plain text in UTF-8")},
	{both(page, contains(" · attrmigrate</title>")), "is report.html" + aReport, said(changeSets)},
	{page, "is a web page, and no change set: a sign-in page, perhaps, saved in the place of the file",
		said("get the file again, signed in where it comes from; of a table in a page, save the table as CSV")},
	{both(begins("<?xml"), contains("urn:schemas-microsoft-com:office:spreadsheet", "opendocument")), "is a spreadsheet (XML), and no CSV", asCSV},
	{both(begins("<?xml", "<Error>"), contains("<Error>")), "is an error in XML, such as a store answers, and no change set", said("get the file again: what it says is why it was refused")},
	{begins("<?xml"), "is XML, and no change set", exported},
	{begins("USERS\t", "ATTRIBUTES\t", "NEXTTOKEN\t", "PAGINATIONTOKEN\t"), "is what the AWS CLI prints as text: which value belongs to which user can't be told", asJSON},
	{listTable, "is what the AWS CLI prints as a table", asJSON},
	{begins("Users:\n", "Users:\r\n", "Users: []", "- Attributes:", "- Users:", "NextToken: ", "PaginationToken: "), "is what the AWS CLI prints as YAML", asJSON},
	{begins("An error occurred ("), "is an error of the AWS CLI, and no change set", said("see what it says, and run that command again")},
}

// begins looks for one of some texts at the beginning, behind blanks if it begins with none.
func begins(texts ...string) func([]byte) bool {
	return func(first []byte) bool {
		trimmed := bytes.TrimSpace(first)
		for _, text := range texts {
			if bytes.HasPrefix(trimmed, []byte(text)) {
				return true
			}
		}
		return false
	}
}

// contains looks for one of some texts anywhere.
func contains(texts ...string) func([]byte) bool {
	return func(first []byte) bool {
		for _, text := range texts {
			if bytes.Contains(first, []byte(text)) {
				return true
			}
		}
		return false
	}
}

func both(a, b func([]byte) bool) func([]byte) bool {
	return func(first []byte) bool { return a(first) && b(first) }
}

func isTar(first []byte) bool { return len(first) > 262 && string(first[257:262]) == "ustar" }

func page(first []byte) bool {
	return begins("<!doctype html", "<html", "<head", "<body", "<table", "<script", "<meta")(bytes.ToLower(first))
}

// listTable tells whether a text is a table of the AWS CLI: a line of dashes, then one that begins with a |.
func listTable(first []byte) bool {
	line, rest, _ := bytes.Cut(bytes.TrimLeft(first, " \r\n"), []byte("\n"))
	return len(line) > 2 && len(bytes.Trim(line, "-+\r")) == 0 && bytes.HasPrefix(rest, []byte("|"))
}

// said is a remedy that is the same for every file.
func said(text string) func(string) string { return func(string) string { return text } }

func exported(string) string { return "have it written as CSV or JSONL in UTF-8 where it comes from" }

func asJSON(string) string {
	return "have it printed as JSON: add --output json to that command"
}

// asCSV is how a spreadsheet becomes a CSV.
func asCSV(path string) string {
	if _, name := sealed.PackingOf(path); name != path {
		return "unpack it, and save it as CSV in UTF-8"
	}
	command := "soffice --headless --convert-to " + shell.Quote("csv:Text - txt - csv (StarCalc):44,34,76,1")
	if strings.EqualFold(filepath.Ext(path), ".csv") { // it would write over the file
		command += " --outdir converted"
	}
	return "save it as CSV in UTF-8, where it was made or by: " + command + " " + shell.File(path)
}

// unpacked is the command that unpacks a file.
func unpacked(command string) func(string) string {
	return func(path string) string { return "unpack it first: " + command + " " + shell.File(path) }
}

// misnamed refuses a file whose name, or format, says that it is CSV where it is JSON, or the other way round.
func (in *input) misnamed(first []byte, opts *Options) *FileError {
	text := bytes.TrimLeft(first, " \t\r\n")
	isJSON := bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("["))
	switch {
	case in.format == CSV && isJSON && !opts.namesUserIn(text):
		return &FileError{Msg: "is JSON, and is taken for CSV by its name or by " + opts.setting("Format", ""), Remedy: "name it .jsonl, or say " + opts.setting("Format", JSONL.String())}
	case in.format == JSONL && !isJSON && opts.namesUserIn(text):
		return &FileError{Msg: "is CSV, and is taken for JSON by its name or by " + opts.setting("Format", ""), Remedy: "name it .csv, or say " + opts.setting("Format", CSV.String())}
	}
	return nil
}

// namesUserIn tells whether the first line of a text is a header that names the users.
func (o *Options) namesUserIn(text []byte) bool {
	return slices.ContainsFunc(knownSeparators, func(s rune) bool {
		cells := cellsOf(text, s)
		return len(cells) > 1 && slices.ContainsFunc(cells, o.namesUser)
	})
}

// endingOf is the ending of a file's name, without that of its packing.
func endingOf(path string) string {
	_, name := sealed.PackingOf(path)
	return filepath.Ext(name)
}

// besideIt is the name of another file beside one: users.json becomes users.changes.jsonl.
func besideIt(path string) string {
	_, name := sealed.PackingOf(path)
	return strings.TrimSuffix(name, endingOf(path)) + ".changes.jsonl"
}
