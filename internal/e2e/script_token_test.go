package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"attrmigrate/internal/sandbox"
)

// writeTokens FILE COLUMNS [expires=D] [scopes=A,B] [write=A,B] ROW... writes a CSV of access tokens: each
// row begins with a username, whose token it gets, and goes on with the other cells. "forged" before a
// username has the token signed by somebody else. The script's tokens are kept, for nottold.
func writeTokens(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxOf(ts)
	o := sandbox.TokenOptions{Client: clientFor(ts, s, &args)}
	rows := []string{"access_token," + args[1]}
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		switch {
		case name == "expires":
			d, err := time.ParseDuration(value)
			ts.Check(err)
			o.ExpiresIn = d
		case name == "scopes":
			o.Scopes = strings.Split(value, ",")
		default:
			rows = append(rows, tokenRow(ts, s, o, arg))
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(rows, "\n")+"\n"), 0o600))
	made := stageOf(ts).tokens
	ts.Setenv("TOKEN", made[len(made)-1])
}

// clientFor makes an app client for the tokens, which may write what write=A,B says, or everything.
func clientFor(ts *testscript.TestScript, s *running, args *[]string) string {
	document := `{"ClientName":"script"}`
	*args = slices.DeleteFunc(*args, func(arg string) bool {
		list, ok := strings.CutPrefix(arg, "write=")
		if ok {
			document = fmt.Sprintf(`{"ClientName":"script","WriteAttributes":["%s"]}`, strings.ReplaceAll(list, ",", `","`))
		}
		return ok
	})
	client, err := s.CreateClient(s.pool, []byte(document))
	ts.Check(err)
	return client
}

func tokenRow(ts *testscript.TestScript, s *running, o sandbox.TokenOptions, row string) string {
	username, cells, _ := strings.Cut(row, ",")
	username, o.Forged = strings.CutPrefix(username, "forged:")
	token, err := s.MintToken(s.pool, username, o)
	ts.Check(err)
	stage := stageOf(ts)
	stage.tokens = append(stage.tokens, token)
	return token + "," + cells
}

// checkNotTold NAME... fails if one of the script's tokens, or the claims or the signature of one, stands
// in one of the files, in a file of one of the directories, or in stdout or stderr.
func checkNotTold(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		if name == "stdout" || name == "stderr" {
			notTold(ts, name, ts.ReadFile(name))
			continue
		}
		looked := 0
		ts.Check(filepath.WalkDir(ts.MkAbs(name), func(path string, e os.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() { // a socket that a killed process left has nothing in it
				looked++
				notTold(ts, path, ts.ReadFile(path))
			}
			return err
		}))
		if looked == 0 {
			ts.Fatalf("there is nothing in %s", name)
		}
	}
}

func notTold(ts *testscript.TestScript, name, text string) {
	for _, token := range stageOf(ts).tokens {
		for part := range strings.SplitSeq(token[strings.IndexByte(token, '.')+1:], ".") {
			if strings.Contains(text, part) {
				ts.Fatalf("%s tells an access token:\n%s", name, text)
			}
		}
	}
}

// checkMetadata USER KEY=VALUE... checks what the last Lambda trigger for a user was told.
func checkMetadata(ts *testscript.TestScript, neg bool, args []string) {
	var told map[string]string
	for _, i := range sandboxOf(ts).Invocations() {
		if i.Username == args[0] {
			told = i.ClientMetadata
		}
	}
	var got []string
	for _, key := range slices.Sorted(maps.Keys(told)) {
		got = append(got, key+"="+told[key])
	}
	if !slices.Equal(got, args[1:]) {
		ts.Fatalf("the trigger for %s was told %s", args[0], strings.Join(got, " "))
	}
}
