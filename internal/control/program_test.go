package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// playing is the variable that has the test's own binary play a program, for a system has no program that all have.
const playing = "ATTRMIGRATE_TEST_PROGRAM"

func init() {
	switch os.Getenv(playing) {
	case "":
		return
	case "echo":
		stdin, _ := io.ReadAll(os.Stdin)
		fmt.Printf("%s|%s", os.Getenv("ATTRMIGRATE_EVENT"), stdin)
	case "fails":
		fmt.Fprintln(os.Stderr, "no such webhook")
		os.Exit(7)
	case "floods":
		for range 100 {
			fmt.Print(strings.Repeat("0123456789abcdef", 1<<10))
		}
	case "hangs": // and so does what it has started, with its outputs
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), playing+"=sleeps")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if child.Start() == nil {
			_ = child.Wait()
		}
	case "sleeps":
		fmt.Println("at work")
		time.Sleep(time.Hour)
	}
	os.Exit(0)
}

// TestRunProgram runs programs to their end.
func TestRunProgram(t *testing.T) {
	for _, tt := range []struct {
		name, plays string
		want        ran
	}{
		{"it has the event and its variables", "echo", ran{stdout: "paused|{}\n"}},
		{"it fails", "fails", ran{code: 7, stderr: "no such webhook\n"}},
		{"it says more than anybody reads", "floods", ran{stdout: strings.Repeat("0123456789abcdef", programOutput/16)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(playing, tt.plays)
			if got := runProgram(t.Context(), os.Args[0], []string{"ATTRMIGRATE_EVENT=paused"}, []byte("{}\n")); got != tt.want {
				t.Errorf("got %.200s, of %d bytes", fmt.Sprintf("%+v", got), len(got.stdout))
			}
		})
	}
}

// TestProgramIsKilled: with what it has started, which would hold its outputs open.
func TestProgramIsKilled(t *testing.T) {
	t.Setenv(playing, "hangs")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, errTooLong)
	defer cancel()
	began := time.Now()
	if got := runProgram(ctx, os.Args[0], nil, nil); !errors.Is(got.err, errTooLong) || got.failure() != "it took too long and was ended" {
		t.Errorf("got %+v", got)
	}
	if took := time.Since(began); took > 300*time.Millisecond+afterExit/2 {
		t.Errorf("it took %s: its child held its outputs", took)
	}
}

// TestProgramIsNotAwaited: what somebody does not wait for has not failed by itself.
func TestProgramIsNotAwaited(t *testing.T) {
	t.Setenv(playing, "sleeps")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if got := runProgram(ctx, os.Args[0], nil, nil).failure(); got != "it was ended, since the run was interrupted" {
		t.Error(got)
	}
}

// TestProgramWithoutItsShell: a script that was written on Windows is there, and cannot be run.
func TestProgramWithoutItsShell(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a script names no program there")
	}
	script := filepath.Join(t.TempDir(), "notify.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\r\nexit 0\r\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := runProgram(t.Context(), script, nil, nil).failure(); !strings.Contains(got, "does it end in a carriage return?") {
		t.Error(got)
	}
	if got := runProgram(t.Context(), script+".gone", nil, nil).failure(); !strings.Contains(got, "no such file") {
		t.Error(got)
	}
}

// TestFindProgram: whoever names none is told how to.
func TestFindProgram(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("PATH", filepath.Join(dir, "bin"))
	ending := ""
	if runtime.GOOS == "windows" {
		ending = ".cmd"
	}
	for name, mode := range map[string]os.FileMode{"notify": 0o700, "bin/onpath": 0o700, "plain": 0o600} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name+ending, []byte("#!/bin/sh\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	here := "." + string(filepath.Separator)
	for _, tt := range []struct{ name, program, path, says, hint string }{
		{"a path", here + "notify" + ending, filepath.Join(dir, "notify"+ending), "", ""},
		{"a name on the search path", "onpath", filepath.Join(dir, "bin", "onpath"+ending), "", ""},
		{"a name of this folder", "notify" + ending, "", "notify" + ending + ": there is no such program", "a program of this folder is written " + here + "notify" + ending},
		{"nothing", "nothing", "", "nothing: there is no such program", "give the path of a program, or a name on the search path (PATH)"},
		{"a folder", here + "bin", "", here + "bin is a folder, and no program", "give the path of a program, or a name on the search path (PATH)"},
		{"with arguments", "onpath --loud", "", "onpath --loud: there is no such program", "it takes no arguments: put the command into a script, and give that"},
		{"a file that is none", here + "plain", "", here + "plain is no program that you may run", "chmod +x makes it one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.program == here+"plain" && runtime.GOOS == "windows" {
				t.Skip("modes are nothing there")
			}
			path, err := FindProgram(tt.program)
			if err == nil {
				if path != tt.path {
					t.Errorf("got %s, want %s", path, tt.path)
				}
				return
			}
			hint, _ := err.(interface{ Hint() string })
			if err.Error() != tt.says || hint.Hint() != tt.hint {
				t.Errorf("got %s\nhint: %s", err, hint.Hint())
			}
		})
	}
}
