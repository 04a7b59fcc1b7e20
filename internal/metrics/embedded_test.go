package metrics

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/telemetry"
)

// reading is where a run stands that has made so many updates, of 40 ms each.
func reading(updates int64) Reading {
	ceiling := 20.0
	return Reading{
		Recorded: true, State: "running", Total: 500, Remaining: 500 - updates, Ceiling: &ceiling,
		Totals: telemetry.Totals{
			Records: map[string]int64{"updated": updates, "unchanged": 0, "awaiting_verification": 0, "skipped": 0, "failed": 2},
			Calls:   map[telemetry.CallKey]int64{{API: "AdminGetUser", Result: "ok"}: updates, {API: "AdminUpdateUserAttributes", Result: "ok"}: updates, {API: "AdminGetUser", Result: "throttled"}: 3},
			Durations: map[string]telemetry.Histogram{"AdminGetUser": {Count: updates, Sum: 0.02 * float64(updates)},
				"AdminUpdateUserAttributes": {Count: updates, Sum: 0.04 * float64(updates)}},
			Throttles: 3,
		},
	}
}

// TestEmbed: a line a minute, each of what happened since the one before, and one of the rest; none before a run is
// recorded.
func TestEmbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now := Reading{}
		set := func(r Reading) {
			mu.Lock()
			defer mu.Unlock()
			now = r
		}
		e := New(Source{Command: "apply", Pool: "us-east-1_Ab12Cd34E", Run: "loyalty.run", Read: func() Reading {
			mu.Lock()
			defer mu.Unlock()
			return now
		}})
		var out bytes.Buffer
		end := e.Embed(&out, slog.New(slog.DiscardHandler))
		time.Sleep(90 * time.Second)
		set(reading(100))
		time.Sleep(time.Minute)
		set(reading(150))
		end()
		end()
		want := `{"_aws":{"CloudWatchMetrics":[{"Namespace":"attrmigrate","Dimensions":[["pool","region"]],"Metrics":[{"Name":"attrmigrate_records_awaiting_verification_total","Unit":"Count"},{"Name":"attrmigrate_records_failed_total","Unit":"Count"},{"Name":"attrmigrate_records_skipped_total","Unit":"Count"},{"Name":"attrmigrate_records_unchanged_total","Unit":"Count"},{"Name":"attrmigrate_records_updated_total","Unit":"Count"},{"Name":"attrmigrate_calls_ok_total","Unit":"Count"},{"Name":"attrmigrate_calls_throttled_total","Unit":"Count"},{"Name":"attrmigrate_calls_failed_total","Unit":"Count"},{"Name":"attrmigrate_call_duration_seconds","Unit":"Seconds"},{"Name":"attrmigrate_rate_ceiling","Unit":"Count/Second"},{"Name":"attrmigrate_records_remaining","Unit":"Count"},{"Name":"attrmigrate_paused","Unit":"None"}]}],"Timestamp":946684920000},"attrmigrate_call_duration_seconds":0.03,"attrmigrate_calls_failed_total":0,"attrmigrate_calls_ok_total":200,"attrmigrate_calls_throttled_total":3,"attrmigrate_paused":0,"attrmigrate_rate_ceiling":20,"attrmigrate_records_awaiting_verification_total":0,"attrmigrate_records_failed_total":2,"attrmigrate_records_remaining":400,"attrmigrate_records_skipped_total":0,"attrmigrate_records_unchanged_total":0,"attrmigrate_records_updated_total":100,"level":"INFO","msg":"metrics","pool":"us-east-1_Ab12Cd34E","region":"us-east-1","run":"loyalty.run","state":"running","time":"2000-01-01T00:02:00Z"}`
		lines := strings.Split(out.String(), "\n")
		if len(lines) != 3 || lines[0] != want {
			t.Fatalf("%d lines:\n%s\nwant\n%s", len(lines)-1, out.String(), want)
		}
		if !strings.Contains(lines[1], `"attrmigrate_records_updated_total":50`) || !strings.Contains(lines[1], `"attrmigrate_records_failed_total":0`) || !strings.Contains(lines[1], `"attrmigrate_calls_ok_total":100`) {
			t.Errorf("the last line is\n%s", lines[1])
		}
		for _, line := range lines[:2] {
			if len(line) > 4000 { // a pipe takes so much at once
				t.Errorf("a line has %d bytes", len(line))
			}
			if err := validEmbedded(line); err != nil {
				t.Error(err)
			}
		}
	})
}

// broken is a pipe that nobody reads.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestEmbedUnheard: what cannot be written is logged once.
func TestEmbedUnheard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		end := New(Source{Read: func() Reading { return reading(1) }}).Embed(broken{}, slog.New(slog.NewTextHandler(&log, nil)))
		time.Sleep(5 * time.Minute)
		end()
		if n := strings.Count(log.String(), "metrics are not written, and the command goes on"); n != 1 {
			t.Errorf("it is logged %d times: %s", n, log.String())
		}
	})
}

// validEmbedded holds a line against the schema that AWS documents, and against what the specification says beside it: the
// root has each metric as a number, and each dimension as a text.
func validEmbedded(line string) error {
	text, err := os.ReadFile("testdata/emf-schema.json")
	if err != nil {
		return err
	}
	var of schema
	var root map[string]any
	if err := errors.Join(json.Unmarshal(text, &of), json.Unmarshal([]byte(line), &root)); err != nil {
		return err
	}
	if err := of.check("line", root); err != nil {
		return err
	}
	d := root["_aws"].(map[string]any)["CloudWatchMetrics"].([]any)[0].(map[string]any)
	for _, m := range d["Metrics"].([]any) {
		name := m.(map[string]any)["Name"].(string)
		if _, ok := root[name].(float64); !ok {
			return fmt.Errorf("the metric %s is %v", name, root[name])
		}
	}
	for _, name := range d["Dimensions"].([]any)[0].([]any) {
		if text, ok := root[name.(string)].(string); !ok || text == "" {
			return fmt.Errorf("the dimension %s is %v", name, root[name.(string)])
		}
	}
	return nil
}

// schema is as much of JSON Schema as that of AWS uses.
type schema struct {
	Type       string            `json:"type"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Pattern    string            `json:"pattern"`
	MinLength  int               `json:"minLength"`
	MaxLength  *int              `json:"maxLength"`
	MinItems   int               `json:"minItems"`
	MaxItems   *int              `json:"maxItems"`
}

func (s schema) check(place string, v any) error {
	within := func(n, least int, most *int) bool { return n >= least && (most == nil || n <= *most) }
	fits := false
	switch v := v.(type) {
	case map[string]any:
		fits = s.Type == "object"
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				return fmt.Errorf("%s: there is no %s", place, name)
			}
		}
		for name, of := range s.Properties {
			if err := of.check(place+"."+name, v[name]); err != nil {
				return err
			}
		}
	case []any:
		fits = s.Type == "array" && within(len(v), s.MinItems, s.MaxItems)
		for i, item := range v {
			if err := s.Items.check(fmt.Sprintf("%s[%d]", place, i), item); err != nil {
				return err
			}
		}
	case string:
		fits = s.Type == "string" && within(len(v), s.MinLength, s.MaxLength) && regexp.MustCompile(s.Pattern).MatchString(v)
	case float64:
		fits = s.Type == "integer" && v == math.Trunc(v)
	}
	if !fits {
		return fmt.Errorf("%s: %v does not fit", place, v)
	}
	return nil
}
