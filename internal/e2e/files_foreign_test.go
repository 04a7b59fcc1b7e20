package e2e

import (
	"archive/zip"
	"bytes"

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
	{name: "packed under another name", file: "x.csv", text: packed("username,custom:tier\nann,gold\n"), refuses: []string{"gz"}},
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
