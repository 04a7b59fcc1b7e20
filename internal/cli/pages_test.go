package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the directory of the repository.
const root = "../.."

// page is a text for people. What it shows as code is apart: blocks whole, and the spans within its prose.
type page struct {
	name, text    string // the name is a path from the root, with slashes
	blocks, spans []string
}

var (
	fence = regexp.MustCompile("(?ms)^ *```[a-z]*\n(.*?)^ *```$")
	span  = regexp.MustCompile("`([^`\n]+(?:\n[^`\n]+)?)`") // it may go on in the next line
)

// pages are all that users and contributors read, but for the changelog, which tells of what was.
func pages(t *testing.T) []page {
	t.Helper()
	var all []page
	for _, pattern := range []string{"README.md", "CONTRIBUTING.md", "docs/*.md", "examples/*.md", "examples/*/*.md", "examples/*/*/*.md"} {
		for _, path := range glob(t, pattern) {
			all = append(all, pageOf(t, path))
		}
	}
	if len(all) < 12 {
		t.Fatalf("there are %d pages", len(all))
	}
	return all
}

func contentOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func pageOf(t *testing.T, name string) page {
	t.Helper()
	p := page{name: name, text: contentOf(t, filepath.Join(root, name))}
	for _, m := range fence.FindAllStringSubmatch(p.text, -1) {
		p.blocks = append(p.blocks, m[1])
	}
	for _, m := range span.FindAllStringSubmatch(fence.ReplaceAllString(p.text, ""), -1) {
		p.spans = append(p.spans, strings.Join(strings.Fields(m[1]), " "))
	}
	return p
}

// glob lists the files that fit a pattern, as paths from the root.
func glob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: no such file, %v", pattern, err)
	}
	for i, path := range found {
		found[i], _ = strings.CutPrefix(filepath.ToSlash(path), root+"/")
	}
	return found
}

// TestPagesShowCommands runs every command line of the pages as far as its flags: there is such a command, and it
// has these flags, which take these values.
func TestPagesShowCommands(t *testing.T) {
	shown := 0
	unshown := slices.Clone(commands())
	for _, p := range pages(t) {
		for _, code := range append(p.blocks, p.spans...) {
			for _, args := range ourCommands(code) {
				shown++
				unshown = slices.DeleteFunc(unshown, func(command string) bool { return command == args[0] })
				if complaint := parsed(t, args); complaint != "" {
					t.Errorf("%s: attrmigrate %s\n%s", p.name, strings.Join(args, " "), complaint)
				}
			}
		}
	}
	if shown < 60 || len(unshown) > 0 {
		t.Errorf("the pages show %d commands, and not %q", shown, unshown)
	}
}

// othersFlags are flags that the pages tell of and that are other programs'.
var othersFlags = map[string]string{
	"--cli-input-json":  "aws",
	"--user-data":       "aws",
	"--policy-document": "aws",
	"--bucket":          "aws", "--public-access-block-configuration": "aws", "--versioning-configuration": "aws",
	"--server-side-encryption-configuration": "aws", "--policy": "aws", "--lifecycle-configuration": "aws",

	"--role-name": "aws iam", "--policy-name": "aws iam", "--assume-role-policy-document": "aws iam",
	"--stack-name": "aws cloudformation", "--template-file": "aws cloudformation", "--parameter-overrides": "aws cloudformation", "--capabilities": "aws cloudformation",
	"--definition": "aws stepfunctions", "--state-machine-arn": "aws stepfunctions", "--input": "aws stepfunctions",
	"--array-job-id": "aws batch", "--job-status": "aws batch",
	"--array": "sbatch", "--me": "squeue", "--signal": "scancel", "--batch": "scancel", "--argjson": "jq", "--args": "jq",

	"--collector": "prometheus-node-exporter",
	"--topic-arn": "aws sns", "--subject": "aws sns", "--message": "aws sns",
	"--alarm-name": "aws cloudwatch", "--alarm-actions": "aws cloudwatch", "--alarm-names": "aws cloudwatch", "--alarm-types": "aws cloudwatch", "--state-value": "aws cloudwatch",
	"--namespace": "aws cloudwatch", "--metric-name": "aws cloudwatch", "--statistic": "aws cloudwatch", "--dimensions": "aws cloudwatch",
	"--period": "aws cloudwatch", "--evaluation-periods": "aws cloudwatch", "--threshold": "aws cloudwatch",
	"--comparison-operator": "aws cloudwatch", "--treat-missing-data": "aws cloudwatch", "--query": "aws", "--unix-socket": "curl",

	"--purge": "dpkg", "--allow-untrusted": "apk", "--cask": "brew",
	"--version": "attrmigrate", // which cobra adds as it is run
}

// flagWord finds a flag in prose or code.
var flagWord = regexp.MustCompile(`(?:^|[^-\w])(--[a-z][a-z-]*[a-z])`)

// TestPagesNameFlags: every flag that a page or a file of an example names is one, a value that stands with it in a
// span is one of its values, and every flag that the help shows stands in some page.
func TestPagesNameFlags(t *testing.T) {
	known := shownFlags(t)
	var told []string
	for _, p := range append(pages(t), exampleFiles(t)...) {
		if p.name == everyCommand { // it has the help itself
			continue
		}
		for _, m := range flagWord.FindAllStringSubmatch(p.text, -1) {
			if name := m[1]; othersFlags[name] == "" && !slices.Contains(known, name) && !hiddenFlag(t, name) {
				t.Errorf("%s: no command has %s", p.name, name)
			}
			if strings.HasSuffix(p.name, ".md") {
				told = append(told, m[1])
			}
		}
		for _, s := range p.spans {
			words := shellWords(s)
			if len(words) > 1 && strings.HasPrefix(words[0], "--") && othersFlags[words[0]] == "" && !someCommandTakes(t, words) {
				t.Errorf("%s: no command takes %s", p.name, s)
			}
		}
	}
	for _, name := range known {
		if !slices.Contains(told, name) {
			t.Errorf("the help shows %s, and no page tells of it", name)
		}
	}
}

// everyCommand is the page of all commands, each with its help, which is compared in internal/e2e/pages.
const everyCommand = "docs/commands.md"

// TestPageOfCommands: the page has every command, as a heading and with its help.
func TestPageOfCommands(t *testing.T) {
	p := pageOf(t, everyCommand)
	for _, command := range append([]string{"completion"}, commands()...) {
		if !strings.Contains(p.text, "\n## "+command+"\n\n```\n$ attrmigrate "+command+" --help\n") {
			t.Errorf("%s does not show attrmigrate %s --help", p.name, command)
		}
	}
}

// exampleFiles are the manifests and scripts beside the pages.
func exampleFiles(t *testing.T) []page {
	t.Helper()
	var all []page
	for _, path := range glob(t, "examples/*/*.*") {
		if ext := filepath.Ext(path); !slices.Contains([]string{".md", ".go", ".csv", ".jsonl"}, ext) {
			all = append(all, page{name: path, text: contentOf(t, filepath.Join(root, path))})
		}
	}
	return all
}
