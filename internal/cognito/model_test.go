package cognito

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// TestStatuses: each status that the model has can be expected of a user.
func TestStatuses(t *testing.T) {
	for _, status := range types.UserStatusType("").Values() {
		c := &sources.Change{Username: "ann", Expect: []sources.Attribute{{Name: schema.Status, Value: string(status)}}}
		if err := schema.Standard().Check(c); err != nil {
			t.Errorf("%s: %v", status, err)
		}
	}
}

// unmodelled are the errors of AWS that no model of Cognito lists.
var unmodelled = []string{"AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException", "InvalidSignatureException",
	"RequestExpired", "LimitExceededException", "ThrottlingException", "UnknownOperationException", "MissingAuthenticationTokenException"}

// TestModel: every exception that the service's model has for an operation that is called here has a row in
// the table, and the text of each speaks of that operation. Both lists come from source code, that of this
// package and that of the SDK, so that neither a new call nor a new SDK passes unseen.
func TestModel(t *testing.T) {
	modelled := modelledExceptions(t)
	calls, client := calledOperations(t), clientOf(t, "http://127.0.0.1:1")
	if want := []string{userUpdate, adminUpdate, describePool, getUser, listGroups, listUsers, ownUser, usersInGroup}; len(calls) != len(want) {
		t.Errorf("%q are called, the test knows of %q", calls, want)
	}
	for _, op := range calls {
		if len(modelled[op]) < 6 {
			t.Errorf("%s: the SDK has the exceptions %q", op, modelled[op])
		}
		for _, code := range slices.Concat(modelled[op], unmodelled) {
			t.Run(op+"/"+code, func(t *testing.T) {
				if _, ok := find(op, code, ""); !ok {
					t.Fatal("it has no row in verdicts.go")
				}
				e := client.failure(target{op: op, pool: testPool}, code, "", nil)
				speaksOf(t, op, e.Error(), e.Hint())
			})
		}
	}
}

// foreignTo are words that no text for an operation has.
var foreignTo = map[string]*regexp.Regexp{
	describePool: regexp.MustCompile(`--(list-|read-)?rate|--no-read|the user\b|attribute|record|e-mail|changed|AdminUpdate|ListUsers|GetUser`),
	listUsers:    regexp.MustCompile(`--rate|--read-rate|--no-read|attribute|record|e-mail|changed|AdminUpdate|GetUser`),
	listGroups:   regexp.MustCompile(`--rate|--read-rate|--no-read|attribute|record|e-mail|changed|AdminUpdate|GetUser|ListUsers`),
	usersInGroup: regexp.MustCompile(`--rate|--read-rate|--no-read|attribute|record|e-mail|AdminUpdate|GetUser`),
	getUser:      regexp.MustCompile(`--rate|--list-rate|attribute|e-mail|changed|AdminUpdate|ListUsers`),
	ownUser:      regexp.MustCompile(`--rate|--list-rate|--no-read|attribute|e-mail|changed|AdminUpdate|ListUsers`),
	adminUpdate:  regexp.MustCompile(`--read-rate|--list-rate|--no-read|GetUser|ListUsers`),
	userUpdate:   regexp.MustCompile(`--read-rate|--list-rate|--no-read|GetUser|ListUsers`),
}

func speaksOf(t *testing.T, op, text, hint string) {
	t.Helper()
	if word := foreignTo[op].FindString(text + "\n" + hint); word != "" {
		t.Errorf("%q does not belong here: %s\nhint: %s", word, text, hint)
	}
	if strings.Contains(text, "AccessDenied") && !strings.Contains(hint, "cognito-idp:"+op+" ") && !strings.HasSuffix(hint, "cognito-idp:"+op) {
		t.Errorf("the permission for %s is not named: %s", op, hint)
	}
	if hint == "" {
		t.Errorf("no hint: %s", text)
	}
}

// modelledExceptions lists, by operation, the exceptions that the SDK knows how to decode.
func modelledExceptions(t *testing.T) map[string][]string {
	t.Helper()
	sdk, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider").Output()
	if err != nil {
		t.Fatal(err)
	}
	const decoder, compare = "awsAwsjson11_deserializeOpError", "EqualFold"
	codes := map[string][]string{}
	for _, d := range parse(t, filepath.Join(strings.TrimSpace(string(sdk)), "deserializers.go")).Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(f.Name.Name, decoder) {
			continue
		}
		op := strings.TrimPrefix(f.Name.Name, decoder)
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if name, ok := call.Fun.(*ast.SelectorExpr); ok && name.Sel.Name == compare {
				if code, ok := call.Args[0].(*ast.BasicLit); ok {
					text, _ := strconv.Unquote(code.Value)
					codes[op] = append(codes[op], text)
				}
			}
			return true
		})
	}
	return codes
}

// calledOperations lists what this package calls: the methods of a client's field api, but for Options.
func calledOperations(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	called := map[string]bool{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(parse(t, name), func(n ast.Node) bool {
			if method, ok := n.(*ast.SelectorExpr); ok {
				if api, ok := method.X.(*ast.SelectorExpr); ok && api.Sel.Name == "api" && method.Sel.Name != "Options" {
					called[method.Sel.Name] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(called))
}

func parse(t *testing.T, path string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
