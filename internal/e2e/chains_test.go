package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// manySubs are 150 users: 70 whose sub begins with a, 70 with b, so that these chains have two pages, and ten with other digits.
func manySubs() []sandbox.User {
	users := make([]sandbox.User, 150)
	for i := range users {
		digit := "ab0123456789"[min(i/70, 1)]
		if i >= 140 {
			digit = "0123456789"[i-140]
		}
		users[i] = sandbox.User{Username: fmt.Sprintf("user-%05d", i), Attributes: map[string]string{
			"sub":         fmt.Sprintf("%c%07x-0000-4000-8000-%012d", digit, i*0x1f3a7, i),
			"email":       fmt.Sprintf("User-%05d@example.com", i),
			"custom:tier": [...]string{"gold", "silver", "none"}[i%3],
		}}
	}
	return users
}

// reading is a command that reads a pool, and what it leaves behind.
type reading struct {
	name  string
	code  int
	args  func(t *testing.T, dir string) []string
	files []string
}

// readings are the commands that read a pool whole.
func readings() []reading {
	return []reading{
		{"plan of a file", 0, func(t *testing.T, dir string) []string {
			var b strings.Builder
			b.WriteString("username,custom:tier\n")
			for i := range 150 {
				fmt.Fprintf(&b, "user-%05d,gold\n", i)
			}
			write(t, filepath.Join(dir, "tiers.csv"), b.String())
			return []string{"plan", "--read", "scan", "--run-dir", filepath.Join(dir, "out"), filepath.Join(dir, "tiers.csv")}
		}, []string{"out/plan.jsonl", "out/audit.csv"}},
		{"plan of a rule", 0, func(_ *testing.T, dir string) []string {
			return []string{"plan", "--where", `custom.tier != "gold"`, "--set", "custom:tier=gold", "--set", "email:=lower(email)", "--run-dir", filepath.Join(dir, "out")}
		}, []string{"out/plan.jsonl", "out/audit.csv"}},
		{"export", 0, func(_ *testing.T, dir string) []string {
			return []string{"export", "--output", filepath.Join(dir, "users.csv")}
		}, []string{"users.csv"}},
	}
}

// TestFaultsOfChains reads a pool in chains from a service that does them badly: what comes out is what one chain of all
// users gives, to the byte, people are told once, and the exit code is that of a pool that was read well.
func TestFaultsOfChains(t *testing.T) {
	const one = "the pool was read in one chain of pages, and not in 16: "
	for _, fault := range []struct {
		name   string
		faults sandbox.Faults
		told   string // the beginning of what is told; nothing, if it is empty
	}{
		{"none", sandbox.Faults{}, ""},
		{"the filter is refused", sandbox.Faults{List: sandbox.RefusedPrefix}, one + "the filter sub ^= was refused"},
		{"the filter is ignored", sandbox.Faults{List: sandbox.IgnoredPrefix}, one + "the filter sub ^= is not heeded"},
		{"a user is lost", sandbox.Faults{List: sandbox.LostUser}, one + "the filter sub ^= did not find a user that is there"},
		{"a user of the first page is lost whom the proof does not ask for", sandbox.Faults{List: sandbox.LostUser, ListUser: "user-00001"},
			one + "no filter sub ^= found a user that is there"},
		{"a user comes twice", sandbox.Faults{List: sandbox.RepeatedUser}, "1 user was listed more than once"},
		{"a user comes in the chain of others", sandbox.Faults{List: sandbox.StrayUser}, one + `the filter sub ^= "b" found a user whose sub begins otherwise`},
	} {
		for _, r := range readings() {
			t.Run(fault.name+"/"+r.name, func(t *testing.T) {
				server, flags := serve(t, manySubs()...)
				want, text := r.read(t, append(flags, "--chains", "1"))
				if strings.Contains(text, "chain") {
					t.Errorf("one chain, as it was asked for, is told:\n%s", text)
				}
				server.SetFaults(fault.faults)
				got, text := r.read(t, append(flags, "--chains", "16"))
				for i, file := range r.files {
					if got[i] != want[i] {
						t.Errorf("%s is not that of one chain:\n%s\nwant\n%s", file, got[i], want[i])
					}
				}
				if n := strings.Count(strings.Join(strings.Fields(text), " "), fault.told); fault.told != "" && n != 1 || fault.told == "" && strings.Contains(text, "chain") {
					t.Errorf("told %d times, want once: %s\n%s", n, fault.told, text)
				}
			})
		}
	}
}

// TestUserLostBehindTheFirstPage is what no chain can know of: where the user is asked for by a file, it is looked for, and
// found; where nobody asks, it is missing, which docs say.
func TestUserLostBehindTheFirstPage(t *testing.T) {
	const told = "1 user was in no chain: the pool was read once more, in one"
	for _, r := range readings() {
		t.Run(r.name, func(t *testing.T) {
			server, flags := serve(t, manySubs()...)
			want, _ := r.read(t, append(flags, "--chains", "1"))
			server.SetFaults(sandbox.Faults{List: sandbox.LostUser, ListUser: "user-00100"})
			got, text := r.read(t, append(flags, "--chains", "16"))
			asked := r.name == "plan of a file"
			if same := slices.Equal(got, want); same != asked || strings.Contains(text, told) != asked {
				t.Errorf("as one chain has it: %t, told %t; want %t\n%s", same, !asked, asked, text)
			}
		})
	}
}

// read runs the command in a directory of its own, and returns the files that it wrote and what it said.
func (r reading) read(t *testing.T, flags []string) (files []string, text string) {
	t.Helper()
	dir := t.TempDir()
	code, stdout, stderr := run(t, append(r.args(t, dir), flags...)...)
	if code != r.code {
		t.Fatalf("exit code %d, want %d\n%s%s", code, r.code, stdout, stderr)
	}
	for _, name := range r.files {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, strings.ReplaceAll(string(content), dir, "DIR"))
	}
	return files, strings.ReplaceAll(stdout+stderr, dir, "DIR")
}
