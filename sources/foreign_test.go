package sources

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestForeign refuses what is no change set by what is in it, whatever its name, and says what to do.
func TestForeign(t *testing.T) {
	const zip = "PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00\x21\x00"
	tar := "users.csv" + strings.Repeat("\x00", 248) + "ustar\x0000"
	for _, tt := range []struct{ name, file, text, want, hint string }{
		{"xlsx", "users.xlsx", zip + "[Content_Types].xml", "is a spreadsheet (.xlsx), and no text", "or by: soffice --headless --convert-to 'csv:Text - txt - csv (StarCalc):44,34,76,1' "},
		{"xlsx that is named CSV", "users.csv", zip + "[Content_Types].xml", "is a spreadsheet (.xlsx), and no text", "(StarCalc):44,34,76,1' --outdir converted "}, // not over the file itself
		{"ods", "users.ods", zip + "mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK", "is a spreadsheet (.ods), and no text", "soffice"},
		{"numbers", "users.numbers", zip + "Index/Document.iwa", "is a spreadsheet (.numbers), and no text", "Export To > CSV"},
		{"xls", "users.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "is a spreadsheet (.xls), and no text", "soffice"},
		{"zip", "users.zip", zip + "users.csv", "is a zip archive, and no text", "unzip "},
		{"7z", "users.7z", "7z\xbc\xaf\x27\x1c\x00", "is a packed archive, and no text", "unpack it"},
		{"bzip2", "users.csv.bz2", "BZh91AY", "is bzip2 data, which is not read", "bunzip2 -k "},
		{"xz", "users.csv.xz", "\xfd7zXZ\x00\x00", "is xz data, which is not read", "unxz -k "},
		{"tar", "users.tar", tar, "is a tar archive, and no text", "tar -xf "},
		{"gzip without its ending", "users.csv", "\x1f\x8b\x08", "is gzip data, which its name does not say", ".gz"},
		{"Parquet", "users.parquet", "PAR1\x15\x04", "is a Parquet file, and no text", "as CSV or JSONL"},
		{"Avro", "users.avro", "Obj\x01\x04", "is an Avro file, and no text", "as CSV"},
		{"SQLite", "users.db", "SQLite format 3\x00", "is an SQLite database, and no text", "as CSV"},
		{"PDF", "users.csv", "%PDF-1.7\n", "is a PDF, and no change set", "as CSV"},
		{"a page", "users.csv", "\n<!DOCTYPE html>\n<html><title>Sign in</title>", "is a web page, and no change set: a sign-in page, perhaps, saved in the place of the file", "signed in"},
		{"a page that is named for a spreadsheet", "users.xls", "<html><table><tr><td>username</td></tr></table>", "is a web page, and no change set: a sign-in page, perhaps, saved in the place of the file", "save the table as CSV"},
		{"an error of a store", "users.csv", "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>", "is an error in XML, such as a store answers, and no change set", "again"},
		{"XML", "users.csv", "<?xml version=\"1.0\"?><users/>", "is XML, and no change set", "as CSV"},
		{"the AWS CLI's text", "users.txt", "USERS\tTrue\t2026-01-02\tann\tCONFIRMED\nATTRIBUTES\temail\tann@example.com\n", "is what the AWS CLI prints as text: which value belongs to which user can't be told", "--output json"},
		{"the AWS CLI's table", "users.csv", "-----------\n|ListUsers|\n+---------+\n", "is what the AWS CLI prints as a table", "--output json"},
		{"the AWS CLI's YAML", "users.json", "Users:\n- Attributes:\n  - Name: email\n", "is what the AWS CLI prints as YAML", "--output json"},
		{"an error of the AWS CLI", "users.json", "\nAn error occurred (ResourceNotFoundException) when calling the ListUsers operation: none", "is an error of the AWS CLI, and no change set", "run that command again"},
		{"who was changed", "applied.csv", "file,line,username,outcome,at,reason\nt.csv,2,ann,updated,2026-11-30T04:14:33Z,\n", "is applied.csv, a report of attrmigrate, and no change set", "errors.csv, errors.jsonl, undo.jsonl and plan.jsonl are"},
		{"who was changed, of an earlier version", "users.csv", "file,line,username,outcome,at\n", "is applied.csv, a report of attrmigrate, and no change set", "errors.csv"},
		{"an audit", "a.csv", "file,line,username,attribute,verdict,before,after,note\n", "is audit.csv, a report of attrmigrate, and no change set", "plan.jsonl"},
		{"an audit that a spreadsheet has saved", "a.csv", "\xef\xbb\xbffile;line;username;attribute;verdict;before;after;note\r\n", "is audit.csv, a report of attrmigrate, and no change set", "plan.jsonl"},
		{"codes", "a.csv", "file,line,username,attribute,medium,destination,at\n", "is deliveries.csv, a report of attrmigrate, and no change set", "plan.jsonl"},
		{"a report for a browser", "report.html", "<!doctype html>\n<html>\n<title>t.run: finished · attrmigrate</title>", "is report.html, a report of attrmigrate, and no change set", "plan.jsonl"},
		{"a checkpoint", "checkpoint.json", "{\n  \"version\": 2,\n  \"identity\": {\"input\": \"sha256:0\"}\n}\n", ":1: is checkpoint.json, a report of attrmigrate, and no change set", "plan.jsonl"},
		{"a summary", "summary.json", "{\n  \"state\": \"finished\",\n  \"rows\": 4,\n  \"remaining\": 0\n}\n", ":1: is summary.json, a report of attrmigrate, and no change set", "plan.jsonl"},
		{"the summary of a plan", "summary.json", `{"dry_run": true, "planned_at": "2026-11-30T04:14:33Z", "pool": {"id": "x"}, "attributes": []}`, ":1: is summary.json, a report of attrmigrate, and no change set", "plan.jsonl"},
		{"events", "events.jsonl", `{"at":"2026-11-30T04:14:33Z","event":"started","to":"off"}`, ":1: is events.jsonl, a report of attrmigrate, and no change set", "plan.jsonl"},
		{"a series", "series.jsonl", `{"at":"2026-11-30T04:14:33Z","seconds":0.055,"accepted":4,"remaining":0}`, ":1: is series.jsonl, a report of attrmigrate, and no change set", "plan.jsonl"},
		{"JSON that is named CSV", "users.csv", `[{"username":"ann","attributes":{"email":"a@example.com"}}]`, "is JSON, and is taken for CSV by its name or by Options.Format", "say Options.Format JSONL"},
		{"CSV that is named JSON", "users.json", "username,email\nann,a@example.com\n", "is CSV, and is taken for JSON by its name or by Options.Format", "say Options.Format CSV"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.file, tt.text)
			_, err := Open([]string{path}, Options{})
			if !strings.HasPrefix(tt.want, ":") {
				tt.want = ": " + tt.want
			}
			refused(t, err, path, tt.want, tt.hint)
		})
	}
}

// TestForeignJSON refuses JSON of other programs; where jq is installed, the command of the hint makes a change set of it.
func TestForeignJSON(t *testing.T) {
	const (
		isFlat   = `is flat JSON, and no change set: attributes stand in "attributes"`
		isDynamo = "is JSON as DynamoDB writes it, and no change set"
	)
	two := "1: ann email=\"a@example.com\" custom:points=\"5\"\n2: bob custom:tier=\"gold\""
	for _, tt := range []struct{ name, text, want, made string }{
		{"flat lines", `{"username":"ann","email":"a@example.com","custom:points":5,"nickname":null,"x":{"y":1}}` + "\n" + `{"username":"bob","custom:tier":"gold","locale":""}` + "\n", isFlat, two},
		{"flat array", `[{"username":"ann","email":"a@example.com","custom:points":5},{"username":"bob","custom:tier":"gold"}]`, isFlat, two},
		{"flat array over lines", "[\n {\n  \"Username\": \"ann\", \"email\": \"a@example.com\", \"custom:points\": 5},\n {\"Username\":\"bob\",\"custom:tier\":\"gold\"}\n]\n", isFlat, two},
		{"flat, by an address", `{"email":"a@example.com","custom:tier":"gold"}`, isFlat, `1: a@example.com custom:tier="gold"`},
		{"flat, by a key that has to be quoted", `{"cognito:username":"ann","custom:tier":"gold"}`, isFlat, `1: ann custom:tier="gold"`},
		{"flat, with an apostrophe in its name", `{"username":"it's","email":"a@example.com"}`, isFlat, `1: it's email="a@example.com"`},
		{"Firebase", `{"users":[{"localId":"ann","email":"a@example.com","providerUserInfo":[]}]}`, `has its records in "users", and is no change set`, `1: ann email="a@example.com"`},
		{"Auth0", `{"user_id":"auth0|1","email":"a@example.com","identities":[{"provider":"auth0"}]}`, isFlat, `1: auth0|1 email="a@example.com"`},
		{"an export of DynamoDB", `{"Item":{"username":{"S":"ann"},"email":{"S":"a@example.com"},"custom:points":{"N":"5"},"nickname":{"NULL":true}}}` + "\n" + `{"Item":{"username":{"S":"bob"},"custom:tier":{"S":"gold"}}}`, isDynamo, two},
		{"a scan of DynamoDB", `{"Items":[{"username":{"S":"ann"},"email":{"S":"a@example.com"},"custom:points":{"N":"5"}},{"username":{"S":"bob"},"custom:tier":{"S":"gold"}}],"Count":2,"ScannedCount":2}`, isDynamo, two},
		{"items of DynamoDB", `{"username":{"S":"ann"},"email":{"S":"a@example.com"},"custom:points":{"N":"5"}}` + "\n" + `{"username":{"S":"bob"},"custom:tier":{"S":"gold"}}`, isDynamo, two},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "all users.json", tt.text)
			_, err := Open([]string{path}, Options{})
			refusal, ok := errors.AsType[*FileError](err)
			if !ok || refusal.Msg != tt.want {
				t.Fatalf("%v, want %s", err, tt.want)
			}
			_, command, ok := strings.Cut(refusal.Hint(), "to make such ones of these: ")
			if !ok || !strings.HasPrefix(refusal.Hint(), `a record is {"username": "NAME", "attributes": {"custom:tier": "gold"}}`) {
				t.Fatal(refusal.Hint())
			}
			if _, err := exec.LookPath("jq"); err != nil {
				t.Skip("jq is not installed")
			}
			if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v %s", command, err, out)
			}
			made := filepath.Join(filepath.Dir(path), "all users.changes.jsonl")
			changes, err := read(t, Options{}, made)
			if text, _ := os.ReadFile(made); err != nil || showAll(changes) != tt.made {
				t.Errorf("%s\n%v\n%s\nwant\n%s", text, err, showAll(changes), tt.made)
			}
		})
	}
}

// TestNotForeignJSON opens what is a change set, or nearly one, whose records are told one by one what is wrong with them.
func TestNotForeignJSON(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"ours", `{"username":"ann","attributes":{"email":"a"}}`},
		{"ours, without attributes", `{"username":"ann"}`},
		{"a user of list-users", `{"Username":"ann","Attributes":[{"Name":"email","Value":"a"}],"Enabled":true,"UserStatus":"CONFIRMED"}`},
		{"a user without attributes", `{"Username":"ann","Enabled":true,"UserStatus":"CONFIRMED","UserMFASettingList":["x"]}`},
		{"a key too many", `{"username":"ann","attributes":{"email":"a"},"note":"x"}`},
		{"attributes misspelt", `{"username":"ann","atributes":{"email":"a"}}`},
		{"the username misspelt", `{"usrname":"ann"}`},
		{"a token", `{"access_token":"eyJ.x","note":{"a":1}}`},
		{"no JSON", "ann"},
		{"cut short", `{"username":"ann","email":`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Open([]string{write(t, "a.jsonl", tt.text)}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
		})
	}
}
