package rules

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/schema"
)

var (
	pageUser = regexp.MustCompile("(?s)```json\n(.*?)```")
	pageYAML = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	pageRow  = regexp.MustCompile("(?m)^\\| `(.+)` \\| (.+) \\|$")
)

// Every expression of docs/rules.md gives for its user what the page says.
func TestPage(t *testing.T) {
	content, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	user := pageSubject(t, pageUser.FindStringSubmatch(page)[1])
	in := Scope{Schema: schema.New([]schema.Attribute{
		{Name: "custom:tier", Kind: schema.String}, {Name: "custom:langs", Kind: schema.String}, {Name: "custom:my-note", Kind: schema.String},
		{Name: "custom:points", Kind: schema.Number}, {Name: "custom:result", Kind: schema.String},
	})}
	tables := strings.Split(page, "| expression | gives |")[1:]
	if len(tables) != 3 {
		t.Fatalf("the page has %d tables of expressions", len(tables))
	}
	for _, table := range tables {
		table, _, _ = strings.Cut(table, "\n\n")
		rows := pageRow.FindAllStringSubmatch(table, -1)
		if want := strings.Count(table, "\n| `"); len(rows) != want {
			t.Errorf("%d rows, %d of them read", want, len(rows))
		}
		for _, row := range rows {
			expr := strings.ReplaceAll(row[1], `\|`, "|")
			r, err := mustCompile(t, setting("", "custom:result", expr), in).Evaluator().Apply(user)
			got := "nothing"
			if err != nil {
				got = "an error: " + strings.TrimPrefix(err.Error(), "--set custom:result: ")
			} else if len(r.Attributes) > 0 {
				got = "`" + r.Attributes[0].Value + "`"
			}
			if got != row[2] {
				t.Errorf("%s gives %s, the page says %s", expr, got, row[2])
			}
		}
	}
	if _, _, err := readRules(t, pageYAML.FindStringSubmatch(page)[1]); err != nil {
		t.Errorf("the file of rules: %v", err)
	}
}

// pageSubject is the user of the page.
func pageSubject(t *testing.T, text string) *Subject {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	s := &Subject{Attributes: map[string]string{}}
	for name, v := range all {
		switch name {
		case "username":
			s.Username = v.(string)
		case "status":
			s.Status = v.(string)
		case "enabled":
			s.Enabled = v.(bool)
		case "created":
			at, err := time.Parse(time.RFC3339, v.(string))
			if err != nil {
				t.Fatal(err)
			}
			s.Created = at
		default:
			s.Attributes[name] = v.(string)
		}
	}
	return s
}

// Each function of ours stands on the page.
func TestPageNamesFunctions(t *testing.T) {
	content, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range allFunctions() {
		if !regexp.MustCompile("`" + name + `[(\x60]`).Match(content) {
			t.Errorf("the page does not tell of %s()", name)
		}
	}
}
