package pages

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// question is what apply asks, and the answer that a page shows behind it.
var question = regexp.MustCompile(`(?m)^(Apply\? Only "yes" goes on: )(\w+)$`)

// ofTests are lines that nobody reads who calls AWS, and from a terminal, which has a bar.
var ofTests = regexp.MustCompile(`(?m)^(endpoint |time=\S+ level=INFO msg=progress).*\n`)

// types types a command, and gives what is printed.
func (s stage) types(t *testing.T, a act, unpaced bool) string {
	t.Helper()
	line := a.line
	if rest, ok := strings.CutPrefix(line, "attrmigrate apply "); ok && unpaced {
		line = "attrmigrate apply --rate off --read-rate off " + rest
	}
	asked := question.FindStringSubmatch(a.output)
	var out string
	var err error
	switch {
	case asked != nil:
		out, err = answered(s.shell(line), asked[1], asked[2])
	case strings.HasPrefix(line, "attrmigrate sandbox ") && !strings.Contains(line, "--help"):
		out, err = served(s.shell("exec " + line))
	default:
		var text []byte
		text, err = s.shell(line).CombinedOutput()
		out = string(text)
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		out += fmt.Sprintf("[exit code %d]\n", exit.ExitCode())
	case err != nil:
		t.Fatalf("$ %s%v", a.line, err)
	}
	return ofTests.ReplaceAllString(out, "")
}

// prepares types what a page does not show.
func (s stage) prepares(t *testing.T, script string) {
	t.Helper()
	out, err := s.shell("set -e\n" + script).CombinedOutput()
	if err != nil {
		t.Fatalf("%sends with %v\n%s", script, err, out)
	}
}

func (s stage) shell(line string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir, cmd.Env = s.dir, s.env
	return cmd
}

// answered runs a command at a terminal, and answers its question.
func answered(cmd *exec.Cmd, prompt, answer string) (string, error) {
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		return "", err
	}
	defer terminal.Close()
	var out bytes.Buffer
	for buf := make([]byte, 1024); ; {
		n, err := terminal.Read(buf)
		out.Write(buf[:n])
		if errors.Is(err, syscall.EIO) || errors.Is(err, io.EOF) { // the program has ended, as Linux and as others say it
			break
		}
		if err != nil {
			return "", err
		}
		if bytes.HasSuffix(out.Bytes(), []byte(prompt)) {
			if _, err := io.WriteString(terminal, answer+"\n"); err != nil {
				return "", err
			}
		}
	}
	return strings.ReplaceAll(out.String(), "\r\n", "\n"), cmd.Wait()
}

// served runs a sandbox until it has said where it is.
func served(cmd *exec.Cmd) (string, error) {
	said, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return "", err
	}
	var out bytes.Buffer
	for buf := make([]byte, 1024); ; {
		n, err := said.Read(buf)
		first := out.Len() == 0 && n > 0
		out.Write(buf[:n])
		if first {
			err = errors.Join(err, cmd.Process.Signal(os.Interrupt))
		}
		if err != nil {
			break
		}
	}
	return out.String(), cmd.Wait()
}
