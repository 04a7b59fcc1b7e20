package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/rehearsal"
	"attrmigrate/internal/sandbox"
)

const (
	recipesPage  = "../../docs/recipes.md"
	recipesFiles = "../../examples/recipes" // the pool, its users and the files that the page names
	renewPage    = "RENEW_RECIPES"          // if set, the page gets the output of today, to be read and shortened by hand
)

// recipe is a section of the page: its commands, each with what it prints.
type recipe struct {
	name     string
	commands []transcribed
}

// transcribed is a command as the page has it: behind "$ ", going on in lines that are follow a backslash. In what
// it prints a line of "..." stands for any lines, and "[exit code N]" for an end other than 0.
type transcribed struct{ line, output string }

// TestRecipes types what docs/recipes.md says into a shell, each section beside a pool as the page describes it, and compares what
// is printed.
func TestRecipes(t *testing.T) {
	if testing.Short() {
		t.Skip("each recipe starts the program")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the page is typed into sh")
	}
	t.Parallel()
	text, err := os.ReadFile(recipesPage)
	if err != nil {
		t.Fatal(err)
	}
	recipes := recipesIn(string(text))
	if len(recipes) < 1 {
		t.Fatalf("the page has %d recipes", len(recipes))
	}
	today := make([][]string, len(recipes))
	t.Run("sections", func(t *testing.T) {
		for i, r := range recipes {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				today[i] = cook(t, r)
			})
		}
	})
	if os.Getenv(renewPage) != "" {
		renew(t, string(text), recipes, today)
	}
}

// cook runs the commands of a recipe, and returns what each has printed.
func cook(t *testing.T, r recipe) (printed []string) {
	t.Helper()
	dir, url := t.TempDir(), servePantry(t)
	if err := os.CopyFS(dir, os.DirFS(recipesFiles)); err != nil {
		t.Fatal(err)
	}
	for _, c := range r.commands {
		got := typed(t, dir, url, c.line)
		printed = append(printed, got)
		if os.Getenv(renewPage) == "" && !fits(t, c.output, got) {
			t.Fatalf("$ %s\nprints\n%s\nand the page has\n%s", c.line, got, c.output)
		}
	}
	return printed
}

// servePantry serves the pool of the recipes, and returns its URL.
func servePantry(t *testing.T) string {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	furniture := rehearsal.Furniture{Pool: filepath.Join(recipesFiles, "pool.json"), Users: filepath.Join(recipesFiles, "users.jsonl")}
	if _, err := furniture.Furnish(context.Background(), server); err != nil {
		t.Fatal(err)
	}
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// typed types a line into a shell, and returns what it prints.
func typed(t *testing.T, dir, url, line string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = append(harness.Program(dir).Env, "PATH="+os.Getenv("PATH"), "AWS_ENDPOINT_URL="+url)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		fmt.Fprintf(&out, "[exit code %d]\n", exit.ExitCode())
	case err != nil:
		t.Fatal(err)
	}
	return onlyOfRecipes.ReplaceAllString(out.String(), "")
}

// onlyOfRecipes are lines that nobody reads who calls AWS.
var onlyOfRecipes = regexp.MustCompile(`(?m)^endpoint .*\n`)

// measured is what depends on the machine, and the hour.
var measured = []struct {
	is *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`\b\d+(\.\d+)?(ms|s|m\d+s)(, free of charge| \(|:|$)`), "TIME$3"},
	{regexp.MustCompile(`· [\d.,]+/s`), "· RATE"},
}

// fits tells whether the page has what was printed, but for what was measured.
func fits(t *testing.T, page, printed string) bool {
	t.Helper()
	for _, m := range measured {
		page, printed = m.is.ReplaceAllString(page, m.as), m.is.ReplaceAllString(printed, m.as)
	}
	pattern := regexp.QuoteMeta(page)
	pattern = regexp.MustCompile(`(?m)^ *\\\.\\\.\\\.\n`).ReplaceAllString(pattern, "(?:.*\n)*?")
	return regexp.MustCompile("^" + pattern + "$").MatchString(printed)
}

var (
	blockOfCommands = regexp.MustCompile("(?ms)^```\n(\\$ .*?)^```$")
	section         = regexp.MustCompile(`(?m)^## (.*)$`)
)

// recipesIn cuts the page into its sections, and their blocks into commands.
func recipesIn(page string) (recipes []recipe) {
	heads := section.FindAllStringSubmatchIndex(page, -1)
	for i, head := range heads {
		end := len(page)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		r := recipe{name: page[head[2]:head[3]]}
		for _, block := range blockOfCommands.FindAllStringSubmatch(page[head[1]:end], -1) {
			r.commands = append(r.commands, commandsIn(block[1])...)
		}
		if len(r.commands) > 0 {
			recipes = append(recipes, r)
		}
	}
	return recipes
}

// commandsIn takes a block apart.
func commandsIn(block string) (all []transcribed) {
	open := false // the command goes on
	for line := range strings.Lines(block) {
		command, begins := strings.CutPrefix(line, "$ ")
		switch last := len(all) - 1; {
		case begins:
			all = append(all, transcribed{line: command})
			open = strings.HasSuffix(command, "\\\n")
		case open:
			all[last].line += line
			open = strings.HasSuffix(line, "\\\n")
		default:
			all[last].output += line
		}
	}
	return all
}

// renew writes into the page what was printed, where it is not what the page has.
func renew(t *testing.T, page string, recipes []recipe, today [][]string) {
	t.Helper()
	var b strings.Builder
	for i, r := range recipes {
		for j, c := range r.commands {
			shown := "$ " + c.line + c.output
			before, after, _ := strings.Cut(page, shown)
			if !fits(t, c.output, today[i][j]) {
				shown = "$ " + c.line + today[i][j]
			}
			b.WriteString(before + shown)
			page = after
		}
	}
	if err := os.WriteFile(recipesPage, []byte(b.String()+page), 0o644); err != nil {
		t.Fatal(err)
	}
}
