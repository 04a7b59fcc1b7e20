package report

import (
	"bytes"
	"testing"
	"time"

	"attrmigrate/sources"
)

// TestExportAccount: what is known of a user besides the attributes that can be written stands under names that begin with _.
func TestExportAccount(t *testing.T) {
	attributes := []ExportedAttribute{{Name: "sub"}, {Name: "email"}, {Name: "custom:serial", ReadOnly: true}}
	at := time.Date(2026, 1, 2, 3, 4, 5, 250e6, time.FixedZone("", 3600))
	for _, tt := range []struct {
		name    string
		values  map[string]string
		account Account
		want    string
		leftOut int64
	}{
		{"nothing", nil, Account{}, `{"username":"ann","attributes":{},"_status":"","_enabled":false}`, 0},
		{"all", map[string]string{"sub": "1", "email": "ann@example.com", "custom:serial": "x", "identities": "[]", "custom:unlisted": "y"},
			Account{Status: "CONFIRMED", Enabled: true, Created: at, Modified: at.Add(time.Hour), Groups: []string{"a", `b"`}},
			`{"username":"ann","attributes":{"email":"ann@example.com"},"expect":{"sub":"1"},"_custom:serial":"x","_custom:unlisted":"y","_identities":"[]",` +
				`"_status":"CONFIRMED","_enabled":true,"_groups":["a","b\""],"_created":"2026-01-02T02:04:05.25Z","_modified":"2026-01-02T03:04:05.25Z"}`, 0},
		{"values that no change set can hold", map[string]string{"email": "a\x00", "identities": "b\x00"}, Account{Status: "CONFIRMED"},
			`{"username":"ann","attributes":{},"_status":"CONFIRMED","_enabled":false}`, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			e, err := NewExport(&b, ExportConfig{Format: sources.JSONL, Attributes: attributes})
			if err == nil {
				err = e.Account("ann", tt.values, tt.account)
			}
			if err == nil {
				err = e.Flush()
			}
			if got := b.String(); err != nil || got != tt.want+"\n" || e.LeftOut() != tt.leftOut {
				t.Errorf("got %s%d left out, %v\nwant %s", got, e.LeftOut(), err, tt.want)
			}
		})
	}
}
