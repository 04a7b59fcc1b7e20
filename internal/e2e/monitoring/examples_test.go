package monitoring

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRules: alerts are what promtool takes for rules, and fire when their tests say.
func TestRules(t *testing.T) {
	if testing.Short() {
		t.Skip("promtool evaluates days of rules")
	}
	needs(t, "promtool")
	promtool(t, examples, "", "check", "rules", "alerts.yml")
	promtool(t, examples, "", "test", "rules", "alerts_test.yml", "alerts_days_test.yml")
}

// TestNames: alerts and dashboard name no metric that there is not; docs/steering.md has them all.
func TestNames(t *testing.T) {
	page, err := os.ReadFile("../../../docs/steering.md")
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(attrmigrate_[a-z_]+)").FindAllStringSubmatch(string(page), -1) {
		known = append(known, m[1])
	}
	if len(known) < 10 {
		t.Fatalf("docs/steering.md has the metrics %q", known)
	}
	for _, name := range []string{"alerts.yml", "alerts_test.yml", "alerts_days_test.yml", "grafana-dashboard.json"} {
		for _, m := range regexp.MustCompile(`attrmigrate_[a-z_]+`).FindAllString(example(t, name), -1) {
			if !slices.Contains(known, strings.TrimSuffix(m, "_bucket")) {
				t.Errorf("%s: there is no metric %s", name, m)
			}
		}
	}
}

// dashboard is what the tests read of one of Grafana.
type dashboard struct {
	UID, Title    string
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type string }
	}
	Annotations struct {
		List []struct {
			Expr       string
			Datasource datasource
		}
	}
	Panels []panel
}

type panel struct {
	ID      int
	Title   string
	GridPos struct{ X, Y, W, H int }
	Targets []struct {
		RefID, Expr string
		Datasource  datasource
	}
}

type datasource struct{ Type, UID string }

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	if err := json.Unmarshal([]byte(example(t, "grafana-dashboard.json")), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// variables are those of a query, as Grafana would fill them in.
var variables = strings.NewReplacer("$pool", ".*", "$run", ".*", "$__rate_interval", "5s")

func (d dashboard) queries() (all []string) {
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			all = append(all, variables.Replace(target.Expr))
		}
	}
	return all
}

func (d dashboard) annotations() (all []string) {
	for _, a := range d.Annotations.List {
		all = append(all, variables.Replace(a.Expr))
	}
	return all
}

// TestDashboard wants one that can be imported: panels that do not overlap, and queries of the data source that is chosen.
func TestDashboard(t *testing.T) {
	d := readDashboard(t)
	chosen := datasource{"prometheus", "${datasource}"}
	if d.UID == "" || d.Title == "" || d.SchemaVersion < 36 || len(d.Templating.List) != 3 || d.Templating.List[0].Type != "datasource" {
		t.Errorf("%+v", d)
	}
	for i, p := range d.Panels {
		at := p.GridPos
		if p.Title == "" || at.W < 1 || at.H < 1 || at.X < 0 || at.X+at.W > 24 {
			t.Errorf("panel %q stands at %+v", p.Title, at)
		}
		for _, q := range d.Panels[:i] {
			if o := q.GridPos; p.ID == q.ID || at.X < o.X+o.W && o.X < at.X+at.W && at.Y < o.Y+o.H && o.Y < at.Y+at.H {
				t.Errorf("panels %q and %q overlap, or have one number", p.Title, q.Title)
			}
		}
		for _, target := range p.Targets {
			if target.Datasource != chosen {
				t.Errorf("panel %q asks %+v", p.Title, target.Datasource)
			}
		}
	}
	if len(d.queries()) < 12 || len(d.annotations()) != 2 || d.Annotations.List[0].Datasource != chosen {
		t.Errorf("queries %q, annotations %q", d.queries(), d.annotations())
	}
}
