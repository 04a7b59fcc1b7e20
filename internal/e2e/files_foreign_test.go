package e2e

import (
	"archive/zip"
	"bytes"
	"strings"

	"attrmigrate/internal/sandbox"
)

// foreignFiles were written by other programs, for other ends.
var foreignFiles = []fileCase{
	{name: "the columns of list-users", file: "x.csv", text: "Username,custom:tier,UserCreateDate,UserLastModifiedDate,Enabled,UserStatus\n" +
		"ann,gold,2024-01-02 03:04:05,2024-01-02 03:04:05,True,CONFIRMED\nbob,silver,,,,\n", after: goldAndSilver},
	{name: "unknown columns", file: "x.csv", text: "username,custom:tier,Account Name,Billing Street,Owner's,tier\nann,gold,a,b,c,d\n",
		refuses: []string{"Account Name", "Billing Street", "Owner's", "tier", "'Account Name", "--ignore"}},
	{name: "unknown columns that are left out", file: "x.csv", flags: "--ignore utm_*,Owner", text: "username,custom:tier,utm_source,utm_campaign,Owner\nann,gold,a,b,c\nbob,silver,a,b,c\n",
		after: goldAndSilver},
	{name: "columns left out one by one", file: "x.csv", flags: "--ignore a --ignore b", text: "username,custom:tier,a,b\nann,gold,1,2\nbob,silver,3,4\n", after: goldAndSilver},
	{name: "the index of a dataframe", file: "x.csv", text: ",username,custom:tier\n0,ann,gold\n1,bob,silver\n", refuses: []string{"x.csv", "column"}},
	{name: "the type of an Export-Csv", file: "x.csv", text: "#TYPE System.Management.Automation.PSCustomObject\r\n\"username\",\"custom:tier\"\r\n\"ann\",\"gold\"\r\n", refuses: []string{"#TYPE"}},
	{name: "a column twice", file: "x.csv", text: "username,custom:tier,custom:tier\nann,gold,tin\n", refuses: []string{"custom:tier"}},
	{name: "no column of users", file: "x.csv", text: "login,custom:tier\nann,gold\n", refuses: []string{"--username-column"}},
	{name: "the answer of list-users", file: "x.json", text: `{"Users":[` + listed("ann", "gold") + "," + listed("bob", "silver") + `]}`, after: goldAndSilver},
	{name: "the answer of admin-get-user", file: "x.json", text: `{"Username":"ann","UserAttributes":[{"Name":"sub","Value":"` + annSub + `"},{"Name":"custom:tier","Value":"gold"}],` +
		`"UserCreateDate":"2024-01-02T03:04:05+00:00","UserLastModifiedDate":"2024-01-02T03:04:05+00:00","Enabled":true,"UserStatus":"CONFIRMED"}`,
		people: withSub, after: map[string]string{"ann custom:tier": "gold"}},
	{name: "a list of lists", file: "x.json", text: `[["username","custom:tier"],["ann","gold"]]`, refuses: []string{"x.json"}},
	{name: "a workbook under another name", file: "x.csv", text: archive("[Content_Types].xml", "xl/workbook.xml"), refuses: []string{"CSV"}},
	{name: "packed under another name", file: "x.csv", text: "username,custom:tier\nann,gold\n", as: packed, refuses: []string{"gz"}},
	{name: "a PDF", file: "x.csv", text: "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", refuses: []string{"PDF"}},
	{name: "a file of both formats", file: "x.csv", text: "username,custom:tier\nann,gold\n", more: map[string]string{"y.jsonl": jsonTier("bob", "silver", "\n")}, refuses: []string{"y.jsonl"}},
	{name: "two files", file: "x.csv", text: "username,custom:tier\nann,gold\n", more: map[string]string{"y.csv": "username,custom:tier\nbob,silver\n"}, after: goldAndSilver},
	{name: "an import CSV of the pool", file: "import.csv", text: importHeader +
		"ann,,Ann,Example,,,,,,,new-1@example.com,TRUE,,03/17/1984,,,+15555550101,TRUE,,,FALSE\n" +
		"bob,,Bob,Example,,,,,,,new-2@example.com,TRUE,,1984-03-17,,,,FALSE,2 Made Up Road,1700000000,FALSE\n",
		fails: map[int]string{2: "YYYY-MM-DD"},
		after: map[string]string{"bob given_name": "Bob", "bob family_name": "Example", "bob email": "new-2@example.com", "bob birthdate": "1984-03-17",
			"bob address": "2 Made Up Road", "bob updated_at": "1700000000", "bob phone_number_verified": ""}},
	{name: "blanks around the header", file: "x.csv", text: "username , custom:tier\nann,gold\nbob,silver\n", after: goldAndSilver},
	{name: "a no-break space in the header", file: "x.csv", text: "username,custom:tier\u00a0\nann,gold\nbob,silver\n", after: goldAndSilver},
	{name: "a zero width space in the header", file: "x.csv", text: "username,custom:tier\u200b\nann,gold\n", refuses: []string{"\\u200b"}},
	{name: "capitals in the header", file: "x.csv", text: "username,Email\nann,x@example.com\n", refuses: []string{"email", "--map"}},
	{name: "a comment before the header", file: "x.csv", text: "# exported 2026-01-01\nusername,custom:tier\nann,gold\n", refuses: []string{"x.csv"}},
	{name: "a title before the header", file: "x.csv", text: "Users of January,\nusername,custom:tier\nann,gold\n", refuses: []string{"x.csv"}},
	{name: "header twice, of files joined", file: "x.csv", text: "username,custom:tier\nann,gold\nusername,custom:tier\nbob,silver\n", fails: map[int]string{3: ""}, after: goldAndSilver},
	{name: "totals at the end", file: "x.csv", text: "username,custom:tier\nann,gold\nbob,silver\n(2 rows)\n", fails: map[int]string{4: "the row has"}, after: goldAndSilver},
	{name: "a line of dashes, of psql", file: "x.csv", text: " username | custom:tier\n----------+------------\n ann      | gold\n(1 row)\n", refuses: []string{"x.csv"}},
	{name: "both columns of users", file: "x.csv", text: "username,cognito:username,custom:tier\nann,ann,gold\n", refuses: []string{"x.csv"}},
	{name: "an import CSV whose commas are escaped", file: "import.csv", text: importHeader +
		"ann,,Ann,,,,,,,,,,,,,,,,1 Made Up Road\\, Town,,FALSE\n" + "bob,,Bob,,,,,,,,,,,,,,,,,,FALSE\n",
		fails: map[int]string{2: "does not keep a separator"}, after: map[string]string{"bob given_name": "Bob"}},
	{name: "an import CSV whose escaped commas are quoted", file: "import.csv", text: importHeader +
		"ann,,Ann,,,,,,,,,,,,,,,,\"1 Made Up Road\\, Town\",,FALSE\n", told: map[string]int{"escaped-comma": 1},
		after: map[string]string{"ann given_name": "Ann", "ann address": `1 Made Up Road\, Town`}},
	{name: "a column that is immutable", file: "x.csv", text: "username,custom:fixed\nann,x\n", fails: map[int]string{2: "custom:fixed"}},

	{name: "flat JSON lines", file: "x.jsonl", text: `{"username":"ann","custom:tier":"gold"}` + "\n" + `{"username":"bob","custom:tier":"silver"}` + "\n", refuses: []string{"attributes", "jq"}},
	{name: "a flat array", file: "x.json", text: `[{"username":"ann","custom:tier":"gold"},{"username":"bob","custom:tier":null}]`, refuses: []string{"attributes", "jq"}},
	{name: "flat JSON of a dataframe", file: "x.jsonl", text: `{"email":"ann@example.com","tier":"gold"}` + "\n", refuses: []string{"attributes", "jq"}},
	{name: "an item of DynamoDB", file: "x.jsonl", text: `{"Item":{"username":{"S":"ann"},"custom:tier":{"S":"gold"}}}` + "\n", refuses: []string{"DynamoDB", "jq"}},
	{name: "a scan of DynamoDB", file: "x.json", text: `{"Items":[{"username":{"S":"ann"},"custom:tier":{"S":"gold"}}],"Count":1,"ScannedCount":1}`, refuses: []string{"DynamoDB", "jq"}},
	{name: "the answer of list-users, cut short", file: "x.json", text: `{"Users":[` + listed("ann", "gold") + "," + listed("bob", "silver") + `],"NextToken":"AAAA"}`,
		told: map[string]int{"listing-cut": 1}, after: goldAndSilver},
	{name: "the answer of one call, cut short", file: "x.json", text: `{"PaginationToken":"AAAA","Users":[` + listed("ann", "gold") + "," + listed("bob", "silver") + `]}`,
		told: map[string]int{"listing-cut": 1}, after: goldAndSilver},
	{name: "list-users as a table", file: "x.txt", flags: "--format jsonl", text: "---------------\n|  ListUsers  |\n+-------------+\n||   Users   ||\n", refuses: []string{"--output json"}},
	{name: "list-users as text", file: "x.jsonl", text: "USERS\tTrue\t2024-01-02\tCONFIRMED\tann\nATTRIBUTES\tcustom:tier\tgold\n", refuses: []string{"--output json"}},
	{name: "list-users as YAML", file: "x.jsonl", text: "Users:\n- Attributes:\n  - Name: custom:tier\n    Value: gold\n  Username: ann\n", refuses: []string{"--output json"}},
	{name: "no JSON at all", file: "x.jsonl", text: "username,custom:tier\nann,gold\n", refuses: []string{"--format csv"}},
	{name: "JSON in a file of another name", file: "x.csv", text: jsonTier("ann", "gold", "\n"), refuses: []string{"--format jsonl"}},

	{name: "a workbook", file: "x.xlsx", text: archive("[Content_Types].xml", "xl/workbook.xml"), refuses: []string{"CSV"}},
	{name: "a workbook of another office", file: "x.ods", text: archive("mimetype", "content.xml"), refuses: []string{"CSV"}},
	{name: "an old workbook", file: "x.xls", text: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), refuses: []string{"CSV"}},
	{name: "an archive", file: "x.zip", text: archive("users.csv"), refuses: []string{"unzip"}},
	{name: "an archive under another name", file: "x.csv", text: archive("users.csv"), refuses: []string{"unzip"}},
	{name: "a page of a browser", file: "x.csv", text: "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n", refuses: []string{"web page"}},
	{name: "a page of a browser for JSON", file: "x.jsonl", text: "<html><body>Sign in</body></html>\n", refuses: []string{"web page"}},
	{name: "a Parquet file", file: "x.csv", text: "PAR1\x15\x04\x15\x10PAR1", refuses: []string{"Parquet"}},
}

const importHeader = "cognito:username,name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,email," +
	"email_verified,gender,birthdate,zoneinfo,locale,phone_number,phone_number_verified,address,updated_at,cognito:mfa_enabled\n"

const annSub = "6f1c0000-0000-4000-8000-000000000001"

var withSub = append([]sandbox.User{person("ann", "custom:tier", "tin", "sub", annSub)}, threePeople[1:]...)

// listed is a user as list-users prints it.
func listed(user, tier string) string {
	return `{"Username":"` + user + `","Attributes":[{"Name":"custom:tier","Value":"` + tier + `"}],"UserCreateDate":1700000000.5,` +
		`"UserLastModifiedDate":1700000000.5,"Enabled":true,"UserStatus":"CONFIRMED"}`
}

// archive is a zip archive of files.
func archive(names ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		text := "username,custom:tier\nann,gold\n"
		if name == "mimetype" {
			text = "application/vnd.oasis.opendocument.spreadsheet"
		}
		f, _ := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		_, _ = f.Write([]byte(text)) // to memory
	}
	_ = w.Close()
	return b.String()
}
