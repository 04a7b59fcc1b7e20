package pages

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// root is the directory of the repository.
const root = "../../.."

// play is a scene of a page, with all that is typed in it.
type play struct {
	name    string // the heading under which it begins
	scene   string
	unpaced bool
	unseen  string // what is typed first, and not shown
	acts    []act
}

// act is a command that a page shows behind "$ ", going on in lines that are follow a backslash, and what it prints.
type act struct {
	line, output string
	at           int // where the output stands in the page
}

var (
	heading = regexp.MustCompile(`^#+ (.*)\n$`)
	curtain = regexp.MustCompile(`^<!-- scene ([a-z]+)( unpaced)?( -->)?\n$`)
)

// plays cuts a page into its scenes.
func plays(page string) (all []play, err error) {
	const prose, hidden, code = 0, 1, 2
	within, head, at, open := prose, "", 0, false
	for line := range strings.Lines(page) {
		begin := at
		at += len(line)
		last := len(all) - 1
		command, typed := strings.CutPrefix(line, "$ ")
		switch {
		case within == hidden && line == "-->\n":
			within = prose
		case within == hidden:
			all[last].unseen += line
		case within == code && strings.HasPrefix(line, "```"):
			within = prose
		case strings.HasPrefix(line, "```"):
			within, open = code, false
		case within == code && typed && last < 0:
			return nil, fmt.Errorf("$ %sis in no scene", command)
		case within == code && typed:
			all[last].acts = append(all[last].acts, act{line: command, at: at})
			open = true
		case within == code && open:
			all[last].print(line, at)
		case within == prose && heading.MatchString(line):
			head = heading.FindStringSubmatch(line)[1]
		case within == prose && curtain.MatchString(line):
			m := curtain.FindStringSubmatch(line)
			all = append(all, play{name: head, scene: m[1], unpaced: m[2] != ""})
			if m[3] == "" {
				within = hidden
			}
		case within == prose && strings.HasPrefix(strings.TrimSpace(line), "$ "):
			return nil, fmt.Errorf("at %d: %sis in no block of code that begins with its line", begin, line)
		case within == prose && strings.HasPrefix(line, "<!-- scene"):
			return nil, fmt.Errorf("at %d: %sdoes not begin a scene: <!-- scene NAME [unpaced]", begin, line)
		}
	}
	return all, nil
}

// print adds a line to the last command, or to what it prints.
func (p *play) print(line string, end int) {
	last := &p.acts[len(p.acts)-1]
	if last.output == "" && strings.HasSuffix(last.line, "\\\n") {
		last.line += line
		last.at = end
		return
	}
	last.output += line
}

// put gives the page with other outputs, those of all its commands in their order.
func put(page string, all []play, outputs []string) string {
	var b strings.Builder
	at := 0
	for _, p := range all {
		for _, a := range p.acts {
			b.WriteString(page[at:a.at])
			b.WriteString(outputs[0])
			at, outputs = a.at+len(a.output), outputs[1:]
		}
	}
	return b.String() + page[at:]
}

// names are the pages that are played, as paths from the root.
func names(t *testing.T) (all []string) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*.md", "examples/*/*.md", "examples/*/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: no such page, %v", pattern, err)
		}
		for _, path := range found {
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, filepath.ToSlash(name))
		}
	}
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// makers are what makes the parts of pages that are not played, each between <!-- NAME --> and <!-- /NAME -->, since it takes
// minutes. The page names its maker.
var makers = map[string]string{
	"bench":      "make bench",
	"kubernetes": "make test-kubernetes",
	"size":       "make size",
}

// TestMakers: what stands between comments is of a maker that the page names.
func TestMakers(t *testing.T) {
	marker := regexp.MustCompile(`(?m)^<!-- ([a-z]+) -->$`)
	made := map[string]bool{}
	for _, name := range names(t) {
		text := read(t, name)
		for _, m := range marker.FindAllStringSubmatch(text, -1) {
			made[m[1]] = true
			if maker := makers[m[1]]; maker == "" {
				t.Errorf("%s: nobody makes what stands between %s", name, m[0])
			} else if !strings.Contains(text, "`"+maker+"`") {
				t.Errorf("%s: it does not say that %s makes what stands behind %s", name, maker, m[0])
			}
			if !strings.Contains(text, "<!-- /"+m[1]+" -->\n") {
				t.Errorf("%s: %s has no end", name, m[0])
			}
		}
	}
	for part, maker := range makers {
		if !made[part] {
			t.Errorf("no page has what %s makes", maker)
		}
	}
}

func TestPlays(t *testing.T) {
	page := "# A\n\n<!-- scene shop unpaced\nprepare\n-->\n\n```\n$ one \\\n  more\nprinted\n$ two\n```\n\n```\nno command\n```\n\n" +
		"## B\n\n<!-- scene club -->\n```\n$ three\nx\n```\n"
	all, err := plays(page)
	if err != nil {
		t.Fatal(err)
	}
	if want := []play{
		{"A", "shop", true, "prepare\n", []act{{"one \\\n  more\n", "printed\n", 61}, {"two\n", "", 75}}},
		{"B", "club", false, "", []act{{"three\n", "x\n", 138}}},
	}; !reflect.DeepEqual(all, want) {
		t.Errorf("the scenes are\n%+v\nwant\n%+v", all, want)
	}
	want := strings.NewReplacer("printed\n", "1\n", "$ two\n", "$ two\n2\n", "x\n", "3\n").Replace(page)
	if got := put(page, all, []string{"1\n", "2\n", "3\n"}); got != want {
		t.Errorf("put\n%s\nwant\n%s", got, want)
	}
	for _, page := range []string{"```\n$ one\n```\n", "<!-- scene A\n-->\n", "<!-- scene shop -->\n- \n  ```\n  $ one\n  ```\n"} {
		if all, err := plays(page); err == nil {
			t.Errorf("%q: no error, but %v", page, all)
		}
	}
}
