// Package steering runs the scripts of this directory, which steer a run or tell of it.
package steering

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// event is what a program of --on-event is told.
var event = []string{"ATTRMIGRATE_EVENT=paused", "ATTRMIGRATE_RUN_DIR=/srv/loyalty.run", "ATTRMIGRATE_POOL=us-east-1_Ab12Cd34E",
	"ATTRMIGRATE_BY=ann@host by command", "ATTRMIGRATE_REASON=support called", "ATTRMIGRATE_DONE=500", "ATTRMIGRATE_TOTAL=2000", "ATTRMIGRATE_FAILED=8"}

// TestScripts runs each script with programs in place of those that it calls: they note their arguments and their standard
// input, and answer as they are told.
func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("they are scripts of a Unix shell")
	}
	dir := t.TempDir()
	flag := filepath.Join(dir, "pause")
	if err := os.WriteFile(flag, []byte("support called\nann, 14:02\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	alarms := []string{"CLOUDWATCH_ALARMS=sign-ins-throttled support"}
	described := "cloudwatch|describe-alarms|--alarm-names|sign-ins-throttled|support|--alarm-types|MetricAlarm|CompositeAlarm|" +
		"--query|[MetricAlarms, CompositeAlarms][].[StateValue, AlarmName]|--output|text|\n"
	shells := []string{""} // the system's sh, and bash, which is that of Amazon Linux and others
	if _, err := exec.LookPath("bash"); err == nil {
		shells = append(shells, "bash")
	}
	for _, tt := range []struct {
		name, script string
		env          []string
		double       string // the program in place of another, and what it does
		code         int
		says         string // on standard output
		noted        string
	}{
		{"a webhook", "webhook.sh", []string{"WEBHOOK_CONFIG=/etc/webhook.curl"}, "curl: cat", 0, "",
			"-fsS|-m|8|-K|/etc/webhook.curl|-H|Content-Type: application/json|-d|@-|-o|/dev/null|\n{\"event\":\"paused\"}\n"},
		{"a webhook that is away", "webhook.sh", []string{"WEBHOOK_CONFIG=/etc/webhook.curl"}, "curl: exit 22", 22, "",
			"-fsS|-m|8|-K|/etc/webhook.curl|-H|Content-Type: application/json|-d|@-|-o|/dev/null|\n"},
		{"a topic", "sns.sh", append(event, "SNS_TOPIC_ARN=arn:aws:sns:eu-west-1:111122223333:migrations"), "aws: true", 0, "",
			"sns|publish|--region|eu-west-1|--topic-arn|arn:aws:sns:eu-west-1:111122223333:migrations|--output|text|--subject|attrmigrate: paused|" +
				"--message|The run in /srv/loyalty.run (pool us-east-1_Ab12Cd34E): paused, by ann@host by command, support called.\n" +
				"500 of 2000 are done, 8 of them failed.|\n"},
		{"no topic", "sns.sh", event, "aws: true", 2, "", ""},
		{"Wednesday at noon", "office-hours.sh", nil, `date: case $1 in +%u) echo 3 ;; *) echo 12 ;; esac`, 1, "office hours, until 18:00\n", "+%u|\n+%H|\n"},
		{"Wednesday at eight", "office-hours.sh", nil, `date: case $1 in +%u) echo 3 ;; *) echo 08 ;; esac`, 1, "office hours, until 18:00\n", "+%u|\n+%H|\n"},
		{"Wednesday at six", "office-hours.sh", nil, `date: case $1 in +%u) echo 3 ;; *) echo 18 ;; esac`, 0, "", "+%u|\n+%H|\n"},
		{"Saturday at noon", "office-hours.sh", nil, `date: case $1 in +%u) echo 6 ;; *) echo 12 ;; esac`, 0, "", "+%u|\n+%H|\n"},
		{"an alarm", "cloudwatch-alarm.sh", alarms, `aws: printf 'OK\tsupport\nALARM\tsign-ins-throttled\n'`, 1, "alarm: sign-ins-throttled\n", described},
		{"two", "cloudwatch-alarm.sh", alarms, `aws: printf 'ALARM\tsupport\nALARM\tsign-ins-throttled\n'`, 1, "alarm: sign-ins-throttled support\n", described},
		{"no alarm", "cloudwatch-alarm.sh", alarms, `aws: printf 'OK\tsupport\nINSUFFICIENT_DATA\tsign-ins-throttled\n'`, 0, "", described},
		{"an alarm that there is not", "cloudwatch-alarm.sh", alarms, `aws: printf 'ALARM\tsupport\n'`, 2, "", described},
		{"CloudWatch is away", "cloudwatch-alarm.sh", alarms, "aws: exit 1", 2, "", described},
		{"no name of an alarm", "cloudwatch-alarm.sh", nil, "aws: true", 2, "", ""},
		{"a flag", "flag-file.sh", []string{"PAUSE_FLAG=" + flag}, "", 1, "support called\n", ""},
		{"no flag", "flag-file.sh", []string{"PAUSE_FLAG=" + flag + ".gone"}, "", 0, "", ""},
	} {
		for _, shell := range shells {
			t.Run(strings.TrimSpace(tt.name+" "+shell), func(t *testing.T) {
				bin := t.TempDir()
				notes := filepath.Join(bin, "notes")
				if name, does, found := strings.Cut(tt.double, ": "); found {
					double := "#!/bin/sh\nexec 3>&1 >>" + notes + "\nprintf '%s|' \"$@\"; echo\n"
					if does == "cat" {
						double += "cat\n"
					} else {
						double += "exec >&3\n" + does + "\n"
					}
					if err := os.WriteFile(filepath.Join(bin, name), []byte(double), 0o700); err != nil {
						t.Fatal(err)
					}
				}
				cmd := exec.Command("./" + tt.script)
				if shell != "" {
					cmd = exec.Command(shell, "--posix", tt.script)
				}
				cmd.Env = append([]string{"PATH=" + bin + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + bin}, tt.env...)
				cmd.Stdin = strings.NewReader("{\"event\":\"paused\"}\n")
				out, err := cmd.Output()
				var exit *exec.ExitError
				if err != nil && !errors.As(err, &exit) {
					t.Fatal(err)
				}
				noted, _ := os.ReadFile(notes)
				if code := cmd.ProcessState.ExitCode(); code != tt.code || string(out) != tt.says || string(noted) != tt.noted {
					t.Errorf("exit code %d, says %q, noted\n%s\nwant exit code %d, %q and\n%s", code, out, noted, tt.code, tt.says, tt.noted)
				}
			})
		}
	}
}

// TestWebhook posts an event to a server by curl itself.
func TestWebhook(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no curl")
	}
	var got []byte
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		header = r.Header
	}))
	defer server.Close()
	config := filepath.Join(t.TempDir(), "webhook.curl")
	if err := os.WriteFile(config, []byte("url = \""+server.URL+"\"\nheader = \"Authorization: Bearer made-up\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("./webhook.sh")
	cmd.Env = append(os.Environ(), "WEBHOOK_CONFIG="+config, "no_proxy=127.0.0.1")
	cmd.Stdin = strings.NewReader(`{"event":"paused","reason":"a \"quoted\" one"}` + "\n")
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	if want := `{"event":"paused","reason":"a \"quoted\" one"}`; string(bytes.TrimSpace(got)) != want || header.Get("Content-Type") != "application/json" || header.Get("Authorization") != "Bearer made-up" {
		t.Errorf("got %s\n%v", got, header)
	}
}

// TestShellcheck has shellcheck look at the scripts, where there is one.
func TestShellcheck(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("there is no shellcheck")
	}
	scripts, err := filepath.Glob("*.sh")
	if err != nil || len(scripts) < 5 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	if out, err := exec.Command("shellcheck", scripts...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
