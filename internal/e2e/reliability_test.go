package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReliabilityPage: every test that docs/reliability.md names is there, and every fault of the table
// of TestFaults stands on the page.
func TestReliabilityPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	sources := testSources(t)
	named := regexp.MustCompile("`(Test\\w+)(?:/([^`]+))?`|`script ([^`]+)`").FindAllStringSubmatch(string(page), -1)
	if len(named) < 30 {
		t.Fatalf("the page names %d tests", len(named))
	}
	for _, n := range named {
		test, sub, script := n[1], n[2], n[3]
		switch {
		case script != "":
			if _, err := os.Stat(filepath.Join("testdata/script", script+".txtar")); err != nil {
				t.Errorf("the page names a script that is not there: %s", script)
			}
		case !strings.Contains(sources, "\nfunc "+test+"("):
			t.Errorf("the page names a test that is not there: %s", test)
		case sub != "" && !strings.Contains(sources, `name: "`+sub+`"`):
			t.Errorf("the page names a case that is not there: %s/%s", test, sub)
		}
	}
	for _, f := range faultTable {
		if !strings.Contains(string(page), "`TestFaults/"+f.name+"`") {
			t.Errorf("the page does not tell of %q", f.name)
		}
	}
}

// testSources is the text of all tests of the module.
func testSources(t *testing.T) string {
	t.Helper()
	list, err := exec.Command("go", "list", "-f", `{{range .TestGoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}`, "attrmigrate/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for path := range strings.Lines(string(list)) {
		text, err := os.ReadFile(strings.TrimSpace(path))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
