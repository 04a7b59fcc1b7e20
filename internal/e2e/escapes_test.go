package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"attrmigrate/internal/sandbox"
)

// TestEscapes: nothing that stands in an input, in the pool, in an answer of the service or in the command line
// reaches the terminal as a command: what does not print is spelled out.
func TestEscapes(t *testing.T) {
	const hostile = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202eann\x7f"
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	pool := furnish(t, server, 5)
	if err := server.CreateUser(pool, sandbox.User{Username: "dyed", Attributes: map[string]string{"custom:tier": "\x1b[2J\u009b31m"}}); err != nil {
		t.Fatal(err)
	}
	server.SetFaults(sandbox.Faults{Hook: func(op, user string) *sandbox.Fault {
		if op == updateOperation && user == "user-00001" {
			return &sandbox.Fault{Error: "InvalidParameterException", Message: hostile}
		}
		return nil
	}})
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	write(t, "x"+hostile+".csv", "username,custom:tier,expect:custom:tier,_note\n"+
		"user-00000,gold,,\nuser-00001,gold,,\nuser-00002,"+hostile+",,\n"+hostile+",gold,,\nuser-00003,gold,"+hostile+",\ndyed,gold,none,\n")
	write(t, "column.csv", "username,"+hostile+"\nann,1\n")
	write(t, "lines.jsonl", fmt.Sprintf("{\"username\":\"user-00004\",%q:1}\n{\"username\":\"%s\"}\n", hostile, hostile))
	service := []string{"--endpoint-url", url, "--user-pool-id", pool, "--progress", "log", "--log-level", "debug"}
	changes := "x" + hostile + ".csv"
	seen := 0
	for _, args := range [][]string{
		append([]string{"plan", "--max-failures", "100%", changes}, service...),
		append([]string{"plan", "--json", "--max-failures", "100%", changes}, service...),
		append([]string{"apply", "--yes", "--limit", "1", "--max-failures", "100%", changes}, service...),
		append([]string{"apply", "--max-failures", "100%", changes}, service...),
		{"status", "x" + hostile + ".run"},
		append([]string{"apply", "--yes", "--max-failures", "100%", changes}, service...),
		append([]string{"apply", "--yes", "--max-failures", "100%", changes}, service...),
		{"status", "x" + hostile + ".run"},
		{"status", "--json", "x" + hostile + ".run"},
		{"status", hostile},
		append([]string{"apply", "--yes", "column.csv"}, service...),
		append([]string{"apply", "--yes", "lines.jsonl", "--max-failures", "100%"}, service...),
		append([]string{"apply", "--yes", hostile}, service...),
		append([]string{"apply", "--yes", "--only-failed", hostile, changes}, service...),
		append([]string{"apply", "--yes", "--run-dir", hostile + "/" + hostile, changes}, service...),
		append([]string{"apply", "--yes", "--map", hostile + "=x", changes}, service...),
		append([]string{"apply", "--yes", "--ignore", hostile, changes}, service...),
		append([]string{"apply", "--yes", "--client-metadata", hostile, changes}, service...),
		append([]string{"export", "--attributes", hostile}, service...),
		append([]string{"export", "--filter", hostile}, service...),
		append([]string{"export", "-o", filepath.Join(hostile, "x.csv")}, service...),
		{"apply", "--" + hostile}, {"apply", "--rate", hostile, "x.csv"}, {hostile},
		{"apply", "--user-pool-id", hostile, "x.csv"}, {"apply", "--endpoint-url", "http://" + hostile, "--user-pool-id", pool, changes},
		{"sandbox", "--pool", hostile}, {"sandbox", "--fault", hostile}, {"sandbox", "--addr", hostile}, {"sandbox", "--users", hostile},
	} {
		_, stdout, stderr := run(t, args...)
		text := stdout + stderr
		seen += strings.Count(text, `\x1b`)
		for i, r := range text {
			if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
				t.Errorf("%q prints %q:\n%q", args, r, text[max(i-200, 0):min(i+40, len(text))])
				break
			}
		}
	}
	if seen < 20 {
		t.Errorf("it was spelled out %d times only: the inputs do not reach the terminal", seen)
	}
}
