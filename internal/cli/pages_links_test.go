package cli_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// link finds the target of a link in Markdown.
	link = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	// address finds what is on the web, linked or not.
	address = regexp.MustCompile("https?://[^\\s)>\"'`]+")
)

// startPage is where readers begin, indexPage where they find the page of their task.
const (
	startPage = "README.md"
	indexPage = "docs/README.md"
)

// TestPagesLink follows the links between the pages, to a heading where they name one. From the start all pages are reached, and the
// index leads to each page for users without another in between.
func TestPagesLink(t *testing.T) {
	links := map[string][]string{}
	for _, p := range append(pages(t), pageOf(t, "CHANGELOG.md")) {
		for _, m := range link.FindAllStringSubmatch(p.text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target, err := followed(t, p.name, m[1])
			if err != nil {
				t.Errorf("%s: %v", p.name, err)
			}
			links[p.name] = append(links[p.name], target)
		}
	}
	reached := []string{startPage}
	for i := 0; i < len(reached); i++ {
		for _, target := range links[reached[i]] {
			if !slices.Contains(reached, target) {
				reached = append(reached, target)
			}
		}
	}
	for _, p := range pages(t) {
		if !slices.Contains(reached, p.name) {
			t.Errorf("no link leads from %s to %s", startPage, p.name)
		}
		if p.name != indexPage && !slices.Contains(links[indexPage], p.name) {
			t.Errorf("%s does not link to %s", indexPage, p.name)
		}
	}
}

// followed gives the file to which a link of a page leads.
func followed(t *testing.T, from, to string) (string, error) {
	t.Helper()
	path, heading, _ := strings.Cut(to, "#")
	target := from
	if path != "" {
		target = filepath.ToSlash(filepath.Join(filepath.Dir(from), path))
	}
	info, err := os.Stat(filepath.Join(root, target))
	switch {
	case err != nil:
		return target, fmt.Errorf("it links to %s, which is not there", to)
	case info.IsDir():
		return target, fmt.Errorf("it links to %s, a directory: link to its page", to)
	case heading != "" && !slices.Contains(headings(contentOf(t, filepath.Join(root, target))), heading):
		return target, fmt.Errorf("it links to %s, which has no such heading", to)
	}
	return target, nil
}

var (
	headline  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	linked    = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	noAnchors = regexp.MustCompile(`[^\p{L}\p{M}\p{N}_ -]`)
)

// headings are the anchors of a page, as GitHub makes them: the second of a name has a number.
func headings(page string) (anchors []string) {
	seen := map[string]int{}
	for _, m := range headline.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
		text := strings.TrimSpace(linked.ReplaceAllString(m[1], "$1"))
		anchor := strings.ReplaceAll(noAnchors.ReplaceAllString(strings.ToLower(text), ""), " ", "-")
		if n := seen[anchor]; n > 0 {
			anchors = append(anchors, fmt.Sprintf("%s-%d", anchor, n))
		} else {
			anchors = append(anchors, anchor)
		}
		seen[anchor]++
	}
	return anchors
}

func TestHeadings(t *testing.T) {
	tests := []struct{ name, page, want string }{
		{"words", "# Read the Warnings\n", "read-the-warnings"},
		{"signs go, blanks stay", "## Start: with, a plan & more\n", "start-with-a-plan--more"},
		{"letters of others", "## Größe über alles\n", "größe-über-alles"},
		{"code", "## The file `undo.jsonl`\n", "the-file-undojsonl"},
		{"a link", "## See [the plan](plan.md#top)\n", "see-the-plan"},
		{"one name twice", "## On Windows\n\n## On Windows\n", "on-windows on-windows-1"},
		{"a comment in code is none", "```\n# make it\n```\n## Made\n", "made"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(headings(tt.page), " "); got != tt.want {
				t.Errorf("the anchors are %s, want %s", got, tt.want)
			}
		})
	}
}

// TestPagesNameAddresses: what leads to the web can be an address. Nobody is asked whether it is one. Elsewhere than on this
// machine it is by TLS.
func TestPagesNameAddresses(t *testing.T) {
	found := 0
	for _, p := range append(pages(t), pageOf(t, "CHANGELOG.md")) {
		for _, text := range address.FindAllString(p.text, -1) {
			found++
			text = strings.TrimRight(text, ".,;:*")
			u, err := url.Parse(text)
			here := err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "run") // the latter by the socket of a run
			if err != nil || u.Hostname() == "" || !here && (u.Scheme != "https" || !strings.Contains(u.Hostname(), ".")) {
				t.Errorf("%s: %s is no address: %v", p.name, text, err)
			}
		}
	}
	if found < 10 {
		t.Errorf("the pages have %d addresses", found)
	}
}

// TestPagesNameTargets: what a page has made is a target of the Makefile.
func TestPagesNameTargets(t *testing.T) {
	makefile := contentOf(t, filepath.Join(root, "Makefile"))
	making := regexp.MustCompile(`(?m)(?:^|[;&] *)make ([a-z][a-z0-9-]*)`)
	found := 0
	for _, p := range append(pages(t), pageOf(t, "CHANGELOG.md")) {
		for _, code := range append(p.blocks, p.spans...) {
			for _, m := range making.FindAllStringSubmatch(code, -1) {
				found++
				if !strings.Contains(makefile, "\n"+m[1]+":") {
					t.Errorf("%s: there is no make %s", p.name, m[1])
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("the pages make %d targets", found)
	}
}

// TestMakeHelp: `make help` tells of every target that is no file, each in a group.
func TestMakeHelp(t *testing.T) {
	makefile := contentOf(t, filepath.Join(root, "Makefile"))
	told := regexp.MustCompile(regexp.MustCompile(`awk .* '/(.*)/ \{`).FindStringSubmatch(makefile)[1])
	for _, m := range regexp.MustCompile(`(?m)^\.PHONY: (\S+)$`).FindAllStringSubmatch(makefile, -1) {
		line := regexp.MustCompile(`(?m)^` + m[1] + `:.*## \([a-z]+\) \S`).FindString(makefile)
		if !told.MatchString(line) {
			t.Errorf("make help does not tell of %s, or not in a group", m[1])
		}
	}
}
