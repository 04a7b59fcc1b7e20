package monitoring

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"attrmigrate/internal/e2e/harness"
)

const token = "made-up-token-of-forty-three-characters-000"

// scene is a run at work, which is scraped by Prometheus itself, and by node_exporter through its file.
type scene struct {
	*testing.T
	dir        string
	run        *process
	page, file string
	prometheus *prometheus
}

// write puts a file into the directory of the scene.
func (s *scene) write(name, text string) string {
	s.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	return path
}

func newScene(t *testing.T) *scene {
	s := &scene{T: t, dir: t.TempDir()}
	rows := "username,custom:tier\n"
	for i := range 6000 {
		rows += fmt.Sprintf("user%d@example.com,gold\n", i)
	}
	s.write("loyalty.csv", rows)
	s.write("attrmigrate.token", token+"\n")
	textfiles := filepath.Join(s.dir, "textfiles")
	if err := os.Mkdir(textfiles, 0o700); err != nil {
		t.Fatal(err)
	}
	s.file = filepath.Join(textfiles, "loyalty.prom")

	s.run = start(t, harness.Program(s.dir, "apply", "--sandbox", "--rate", "50", "--yes", "--progress", "log",
		"--serve", "127.0.0.1:0", "--token-file", "attrmigrate.token", "--metrics-file", s.file, "loyalty.csv"))
	s.page = s.run.finds(`page +http://([^/]+)/`)
	exporter := start(t, exec.Command("prometheus-node-exporter", "--web.listen-address=127.0.0.1:0",
		"--collector.disable-defaults", "--collector.textfile", "--collector.textfile.directory="+textfiles)).finds(listening)

	// The configuration of the example, with the places of this test, and more haste.
	config := strings.NewReplacer("15s", "200ms\n  evaluation_interval: 200ms", "127.0.0.1:9100", exporter, "127.0.0.1:8081", s.page).Replace(example(t, "prometheus.yml"))
	config = s.write("prometheus.yml", config)
	s.write("alerts.yml", example(t, "alerts.yml"))
	// It would wait five seconds before it scrapes for the first time.
	server := start(t, exec.Command("prometheus", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(s.dir, "data"),
		"--web.listen-address=127.0.0.1:0", "--scrape.discovery-reload-interval=100ms"))
	s.prometheus = &prometheus{t, server.finds(listening)}
	server.finds(`msg="(Server is ready)`)
	return s
}

// do asks something of the run.
func (s *scene) do(method, path string) string {
	s.Helper()
	code, text := ask(s.T, method, "http://"+s.page+path, token, "")
	if code != http.StatusOK {
		s.Fatalf("%s %s: %d\n%s", method, path, code, text)
	}
	return text
}

// TestRun follows a run from its first scrape until it is interrupted.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for Prometheus to have scraped a run for a while")
	}
	needs(t, "prometheus", "promtool", "prometheus-node-exporter")
	s := newScene(t)
	p := s.prometheus

	p.has(1, `attrmigrate_records_total{job="attrmigrate",run="loyalty.sandbox.run",outcome="updated"} > 0`)
	p.has(1, `attrmigrate_records_total{job="node",run="loyalty.sandbox.run",outcome="updated"} > 0`)
	p.has(1, `node_textfile_scrape_error == 0`)
	promtool(t, s.dir, s.do(http.MethodGet, "/metrics"), "check", "metrics")
	s.besideAPlan()
	if code, text := ask(t, http.MethodGet, "http://"+s.page+"/metrics", "", ""); code != http.StatusUnauthorized {
		t.Errorf("without a token: %d\n%s", code, text)
	}

	d := readDashboard(t)
	for _, expr := range d.queries() {
		p.has(1, expr)
	}
	s.do(http.MethodPost, "/v1/pause")
	p.has(1, `attrmigrate_state{job="attrmigrate",state="paused"} == 1`)
	for _, expr := range d.annotations() {
		p.has(1, expr)
	}
	s.do(http.MethodPost, "/v1/unpause")
	p.has(1, `attrmigrate_state{job="attrmigrate",state="running"} == 1`)
	p.rulesAreWell(8)

	s.run.interrupted(130)
	p.has(1, `attrmigrate_state{job="node",state="interrupted"} == 1`)
	p.has(1, `up{job="attrmigrate"} == 0`)
	left, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	promtool(t, s.dir, string(left), "check", "metrics")
}

// besideAPlan has a plan leave its file in the directory of the run's: both are read.
func (s *scene) besideAPlan() {
	s.Helper()
	s.write("other.csv", "username,custom:tier\nada@example.com,gold\n")
	plan := harness.Program(s.dir, "plan", "--sandbox", "--metrics-file", filepath.Join(filepath.Dir(s.file), "plan.prom"), "other.csv")
	if out, err := plan.CombinedOutput(); err != nil {
		s.Fatalf("%v\n%s", err, out)
	}
	s.prometheus.has(1, `attrmigrate_state{job="node",command="plan",run="other.plan",state="finished"} == 1`)
	s.prometheus.has(1, `attrmigrate_state{job="node",command="apply",state="running"} == 1`)
	s.prometheus.has(1, `node_textfile_scrape_error == 0`)
}

// rulesAreWell wants Prometheus to have evaluated so many rules.
func (p *prometheus) rulesAreWell(want int) {
	p.Helper()
	harness.Until(p.T, "rules are evaluated", func() (bool, string) {
		_, text := ask(p.T, http.MethodGet, "http://"+p.address+"/api/v1/rules", "", "")
		var a struct {
			Data struct {
				Groups []struct {
					Rules []struct{ Name, Health, LastError string }
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			p.Fatal(err, text)
		}
		well := 0
		for _, g := range a.Data.Groups {
			for _, r := range g.Rules {
				if r.Health == "ok" {
					well++
				}
			}
		}
		return well == want, text
	})
}
