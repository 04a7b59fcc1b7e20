package listing

import (
	"bytes"
	"errors"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// TestExportChoose: users are chosen, and their values made, by whoever is asked; groups are read where that needs them.
func TestExportChoose(t *testing.T) {
	tiers := []report.ExportedAttribute{{Name: "custom:tier"}}
	for _, tt := range []struct {
		name   string
		how    Exporting
		want   string
		groups int64 // calls for groups
		err    string
	}{
		{"some, as they are", Exporting{Choose: func(u *cognito.User, _ []string) (bool, []report.Value, error) { return u.Enabled, nil, nil }},
			"username,custom:tier\nann,gold\n", 0, ""},
		{"values", Exporting{Choose: func(u *cognito.User, _ []string) (bool, []report.Value, error) {
			return true, []report.Value{{Text: u.Status}}, nil
		}}, "username,custom:tier\nann,CONFIRMED\nbob,UNCONFIRMED\ncat,\n", 0, ""},
		{"by groups", Exporting{Groups: true, Choose: func(_ *cognito.User, groups []string) (bool, []report.Value, error) { return len(groups) > 0, nil, nil }},
			"username,custom:tier\nann,gold\nbob,\n", 3, ""},
		{"members", Exporting{Group: "staff"}, "username,custom:tier\nann,\nbob,\n", 0, ""},
		{"nobody", Exporting{Choose: func(*cognito.User, []string) (bool, []report.Value, error) { return false, nil, nil }}, "username,custom:tier\n", 0, ""},
		{"some of whom it cannot be told", Exporting{Choose: func(u *cognito.User, _ []string) (bool, []report.Value, error) {
			if u.Enabled {
				return true, nil, nil
			}
			return false, nil, errors.New("no value")
		}}, "", 0, "user 2: no value, and so it is with 1 other user"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := &grouped{groups: []string{"staff"}, members: map[string][]string{"staff": {"ann", "bob"}}, users: []cognito.User{
				{Username: "bob", Status: "UNCONFIRMED", Attributes: map[string]string{"sub": "2"}},
				{Username: "ann", Status: "CONFIRMED", Enabled: true, Attributes: map[string]string{"sub": "1", "custom:tier": "gold"}},
				{Username: "cat", Attributes: map[string]string{"sub": "3"}}}}
			tt.how.ExportConfig = report.ExportConfig{Format: sources.CSV, Attributes: tiers}
			var b bytes.Buffer
			r, err := Export(t.Context(), NewReader(Config{Lister: g, Groups: g, Rate: pipeline.Unlimited}), &b, tt.how)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err || b.Len() > 0 {
					t.Errorf("error %v, want %s; written: %s", err, tt.err, b.String())
				}
				return
			}
			if err != nil || b.String() != tt.want || r.GroupCalls != tt.groups || r.Users != int64(bytes.Count(b.Bytes(), []byte("\n"))-1) {
				t.Errorf("%v, %+v\n%s", err, r, b.String())
			}
		})
	}
}
