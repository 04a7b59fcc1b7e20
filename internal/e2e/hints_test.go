package e2e

import (
	"bufio"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// followed are the commands that the program tells people to run, and the scenes of the scripts that paste them
// into a shell: by the function that makes one, or by the text. A scene is a script and what it must contain.
// In the others something stands for what only the reader knows, or they are an aside in brackets.
var followed = map[string][2]string{
	"planFor":                   {"hints_keep", "follow 0"},
	"without":                   {"hints", "several.csv"},
	"added":                     {"hints", "stdin several.csv"},
	"onlyFailedAgain":           {"hints", "apply it again from the same inputs"},
	"applyPlan":                 {"hints", "status 'the place/a plan'"},
	"rows":                      {"hints_keep", "plan --targets"},
	"awsS3":                     {"hints", "s3 ls s3://runs/my dir/"},
	"packed":                    {"hints", "all users.jsonl.gz"},
	"takenBack":                 {"hints", "it''s $5.txt"},
	"ListPools":                 {"hints", "list-user-pools"},
	"selectFailed":              {"hints", "name the inputs of that run"},
	"announce":                  {}, // TestSandboxIsTried
	"ruleInApply":               {"hints_rules", "exits 2 attrmigrate apply"},
	"nothingSet":                {"hints_rules", "--where 'enabled'"},
	"ParseSet":                  {"hints_rules", "--set locale:="},
	"misread":                   {"hints_rules", "--set 'locale=lower"},
	"assignment":                {"hints_rules", "--unset locale --name other"}, // of a file, whose hint is ParseSet's
	"ParseColumns":              {"hints_rules", "NAME:=upper"},
	"%s --help lists the flags": {"hints", "--rat 3"},
	"%s --help shows how":       {"hints", "applaud"},
	"to rehearse with users and tokens that are made up: attrmigrate sandbox --users 100 --tokens made-up-tokens.csv": {"hints", "follow serves"},

	"Called":                       {"s3_profile", "attrmigrate report --profile made-up s3://runs/loyalty -o report.html"},
	"nothingToStop":                {"hints_steer", "follow 1"},
	"commandOf":                    {"hints_steer", "follow 1"},
	"unholding":                    {"hints_steer", "follow 0"},
	"attrmigrate unpause %s":       {"hints_steer", "attrmigrate unpause tiers.run"},
	"attrmigrate report makes one": {"hints_steer", "attrmigrate report tiers.run"},
	"to let it go on: attrmigrate unpause %s":                                        {"hints_steer", "to let it go on: attrmigrate unpause tiers.run"},
	"to have those of this command: attrmigrate rate --read-rate default %s default": {"hints_steer", "exits 0 attrmigrate rate --read-rate default tiers.run default"},

	"add it to the pool, for good, as AWS takes no custom attribute back: aws cognito-idp add-custom-attributes ": {"hints", "add-custom-attributes"},
	"to see those there are: aws configure list-profiles":                                                         {"hints", "list-profiles"},
	"to see whose credentials are used: aws sts get-caller-identity{profile}":                                     {"hints", "get-caller-identity"},

	"put the session into the environment: eval \"$(aws configure export-credentials{profile} --format env)\"": {},
	"get new ones (aws sso login{profile}, or as you got these) and run the same command again":                {},
	"sign in (aws sso login{profile}), name a --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY":   {},

	"group": {"targets", "attrmigrate targets targets.csv"},
	"%s; for a browser: attrmigrate report %s -o %s": {}, // TestALifeElsewhere
	// Of S3, as those of Cognito above.
	"an account has 12 digits; to see your own: aws sts get-caller-identity": {"hints", "get-caller-identity"},
	"to see whose they are: aws sts get-caller-identity{profile}":            {"hints", "get-caller-identity"},
	"to see the profiles: aws configure list-profiles":                       {"hints", "list-profiles"},
	"sign in again, such as by: aws sso login{profile}":                      {},
	"sign in again: aws sso login{profile}":                                  {},
	"sign in, such as by: aws sso login{profile}":                            {},

	"jq -c ": {"places", "follow 0"},
	"JSONL has one object a line; for an array of objects: jq -c \".[]\" FILE":           {},
	"JSONL has one object a line; for objects over several lines: jq -c . FILE":          {},
	"for what list-users prints: jq -c \".Users[]\" FILE":                                {},
	"put each record on a line again: jq -c . FILE, or for an array: jq -c \".[]\" FILE": {},
}

// commandText finds a command in a text: of this program, the AWS CLI or jq. What AWS's commands print is an input, and is no hint.
func commandText(t *testing.T) *regexp.Regexp {
	t.Helper()
	help, err := exec.Command("attrmigrate", "--help").Output()
	_, list, _ := strings.Cut(string(help), "\nCommands:\n")
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+)  `).FindAllStringSubmatch(list, -1) {
		names = append(names, m[1])
	}
	if err != nil || !slices.Contains(names, "unpause") {
		t.Fatalf("the commands are %q, %v", names, err)
	}
	return regexp.MustCompile(`(^|[ (:])(attrmigrate (` + strings.Join(names, "|") + `) |%s --help|aws [a-z-]+ |jq -)`)
}

// TestHintsAreFollowed: a command that is told to people is run by a script, as they would run it.
func TestHintsAreFollowed(t *testing.T) {
	found, command := map[string]string{}, commandText(t)
	for _, dir := range []string{"../*", "../../sources", "../../pipeline", "../../checkpoint"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if !strings.HasSuffix(path, "_test.go") {
				findCommands(t, path, command, found)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		scene, known := followed[name]
		switch {
		case !known:
			t.Errorf("%s tells people to run a command, and no script follows it: %s", found[name], name)
		case scene[0] != "":
			text, err := os.ReadFile("testdata/script/" + scene[0] + ".txtar")
			if err != nil || !strings.Contains(string(text), scene[1]) {
				t.Errorf("%s: %v, the script has no %s", name, err, scene[1])
			}
		}
	}
	for name := range followed {
		if found[name] == "" {
			t.Errorf("no hint is made by %s", name)
		}
	}
}

// TestSandboxIsTried: what the sandbox says of how to try it can be pasted, with a file for CHANGES.
func TestSandboxIsTried(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the lines are for another shell")
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "") // the lines bring their own
	t.Chdir(t.TempDir())
	const tokens = "-it's $HOME *.csv"
	cmd := exec.Command("attrmigrate", "sandbox", "--addr", "127.0.0.1:0", "--users", "3", "--tokens", tokens)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	}()
	said := map[string]string{} // by the heading
	head := ""
	for lines := bufio.NewScanner(out); head != "or" && lines.Scan(); {
		head = cmp.Or(strings.TrimSpace(lines.Text()[:8]), head)
		said[head] += lines.Text()[9:] + "\n"
	}
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("changes.csv", "username,locale\nuser-00001,de\n")
	write(tokens, strings.NewReplacer("access_token,_username", "access_token,_username,locale", "user-00003", "user-00003,de",
		"user-00002", "user-00002,", "user-00001", "user-00001,").Replace(contentOf(t, tokens)))
	for _, line := range []string{strings.Replace(said["try"], "CHANGES", "changes.csv", 1), said["or"]} {
		line = strings.TrimSpace(line) + " --yes"
		got, err := exec.Command("sh", "-c", line).CombinedOutput()
		if err != nil || !strings.Contains(string(got), "1 updated") {
			t.Errorf("%s\n%v\n%s", line, err, got)
		}
	}
}

// findCommands adds the commands of a file: texts with one in it, and functions that write one.
func findCommands(t *testing.T, path string, command *regexp.Regexp, found map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	function := ""
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			function = n.Name.Name
		case *ast.KeyValueExpr: // of the help
			if key, ok := n.Key.(*ast.Ident); ok && slices.Contains([]string{"Use", "Short", "Long", "Example"}, key.Name) {
				return false
			}
		case *ast.CallExpr:
			if writesCommand(n) && function != "commandLine" {
				found[function] = path
			}
		case *ast.BasicLit:
			text, err := strconv.Unquote(n.Value)
			if err == nil && n.Kind == token.STRING && command.MatchString(text) && !strings.Contains(text, "what aws ") {
				found[text] = path
			}
		}
		return true
	})
}

func writesCommand(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == "commandLine"
	case *ast.SelectorExpr:
		pkg, ok := f.X.(*ast.Ident)
		return ok && pkg.Name == "shell" && (f.Sel.Name == "Join" || f.Sel.Name == "Files")
	}
	return false
}
