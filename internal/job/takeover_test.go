package job

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// TestTakeover: who signs in by an address that a record claims is looked for before it is sent. Without leave the record is
// refused; with it the loser has an entry in the undo file, before the taker's.
func TestTakeover(t *testing.T) {
	flag := []sources.Attribute{{Name: "email_verified", Value: "true"}}
	taker := `{"_undo":2,"_line":5,"username":"ned","attributes":{"email_verified":null},"expect":{"email_verified":"true"},"order":"undo 1"}` + "\n"
	loser := `{"_undo":1,"_line":5,"username":"ned2","attributes":{"email_verified":"True"},"expect":{"email_verified":"false","email":"Ned@example.com"},"order":"undo 1"}` + "\n"
	alone := `{"_undo":1,"_line":5,"username":"ned","attributes":{"email_verified":null},"expect":{"email_verified":"true"}}` + "\n"
	ned := &cognito.User{Username: "ned", Attributes: map[string]string{"email": "ned@example.com"}}
	ned2 := &cognito.User{Username: "ned2", Attributes: map[string]string{"email": "Ned@example.com", "email_verified": "True"}}
	unverified := &cognito.User{Username: "ned2", Attributes: map[string]string{"email": "ned@example.com"}}
	for _, tt := range []struct {
		name    string
		holder  *cognito.User // who is found by the address
		allowed bool
		aliases []string
		stops   bool
		want    string // the error
		undo    string
	}{
		{"nobody's", nil, false, []string{"email"}, false, "", alone},
		{"another's", ned2, false, []string{"email"}, false, "email: another user signs in by this e-mail address, and would lose it", ""},
		{"another's, and allowed", ned2, true, []string{"email"}, false, "", loser + taker},
		{"found by another name", unverified, false, []string{"email"}, false, "", alone},
		{"no alias", ned2, false, nil, false, "", alone},
		{"the run stops", ned2, true, []string{"email"}, true, pipeline.ErrStopping.Error(), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			all := people{"ned": ned}
			if tt.holder != nil {
				all["ned@example.com"] = tt.holder
			}
			p := &preparer{users: all, pool: &cognito.Pool{AliasAttributes: tt.aliases}, takeover: tt.allowed, await: func(context.Context) bool { return !tt.stops }, reports: reportsIn(t, dir)}
			_, err := p.Prepare(t.Context(), &sources.Change{Username: "ned", Line: 5, Attributes: flag}, nil)
			if got := errorText(err); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if entries, _ := os.ReadFile(filepath.Join(dir, report.UndoJSONL)); string(entries) != tt.undo {
				t.Errorf("the undo file has\n%s, want\n%s", entries, tt.undo)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
