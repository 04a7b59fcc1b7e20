package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attrmigrate/internal/s3/s3test"
)

// TestInterruptedAtS3: whatever a command waits for that S3 does not answer, Ctrl-C ends it, with a sentence that says what is the case.
func TestInterruptedAtS3(t *testing.T) {
	server := s3test.Start(t)
	s3test.Setenv(t, server.Env())
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	users := file("users.csv", "username,name\nuser-1,One\n")
	here := file("targets.csv", "name,user_pool_id,input,run_dir\nshop,us-east-1_Shop00000,s3://runs/in/a.csv,s3://runs/a\nclub,us-east-1_Club00000,s3://runs/in/b.csv,s3://runs/b\n")
	local := file("local.csv", "name,user_pool_id\nshop,us-east-1_Shop00000\n")
	const away = "s3://runs/in/targets.csv"
	for _, tt := range []struct {
		args string
		says string
	}{
		{"targets " + here, "the file was not checked whole"},
		{"targets " + away, "the file was not checked whole"},
		{"apply --yes --targets " + away + " --index 0", "nothing was written"},
		{"apply --yes --targets " + here + " --index 0", "nothing was written"},
		{"plan --targets " + away + " --index 0", "nothing was written"},
		{"export --targets " + away + " --index 0", "nothing was written"},
		{"status s3://runs/a", "where the run stands was not found out"},
		{"status --watch s3://runs/a", "nothing is watched any more; the run goes on"},
		{"status --targets " + here, "not every run was looked at"},
		{"status --targets " + away, "not every run was looked at"},
		{"report s3://runs/a", "no report was written"},
		{"report --targets " + here + " -o -", "not every run was looked at"},
		{"report --targets " + away + " -o -", "not every run was looked at"},
		{"report --targets " + local + " -o s3://runs/all.html", "whether s3://runs/all.html was written is unknown"},
		{"pause s3://runs/a", "nothing was asked of the run"},
		{"plan --sandbox s3://runs/in/a.csv", "nothing was written"},
		{"plan --sandbox --run-dir s3://runs/a " + users, "nothing was written"},
		{"apply --sandbox --yes s3://runs/in/a.csv", "nothing was written"},
		{"apply --sandbox --yes --run-dir s3://runs/a " + users, "nothing was written"},
		{"apply --sandbox --yes --only-failed s3://runs/a " + users, "nothing was written"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Chdir(dir)
			signals := make(chan os.Signal, 1)
			server.Script(func(r s3test.Request) s3test.Fault {
				if strings.HasSuffix(tt.args, "all.html") && r.Operation != "PutObject" {
					return s3test.Fault{} // it is not there, and no run
				}
				select {
				case signals <- os.Interrupt:
				default:
				}
				return s3test.Fault{Wait: 1 << 40}
			})
			var out, told bytes.Buffer
			code := Run(strings.Fields(tt.args), System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &told, Signals: signals})
			lines := strings.Split(strings.TrimSpace(told.String()), "\n")
			if last := lines[len(lines)-1]; code != exitInterrupted || last != "attrmigrate: interrupted: "+tt.says {
				t.Errorf("exit code %d: %s%s", code, out.String(), told.String())
			}
		})
	}
}
