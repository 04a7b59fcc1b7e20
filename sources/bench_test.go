package sources

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

const benchRows = 20_000

// write puts text into a new file of the test's own directory.
func write(tb testing.TB, name, text string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// drain reads a whole change set and returns the number of its records.
func drain(tb testing.TB, path string) int {
	tb.Helper()
	f, err := Open([]string{path}, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	for n := 0; ; n++ {
		c, err := f.Next(context.Background())
		if err == io.EOF {
			return n
		}
		if err != nil {
			tb.Fatal(err)
		}
		if c.Err != nil {
			tb.Fatal(c.Err)
		}
	}
}

func csvText(rows int) string {
	var b bytes.Buffer
	b.WriteString("username,custom:tier,locale,email,family_name\n")
	for i := range rows {
		fmt.Fprintf(&b, "user-%06d,gold,en-GB,user-%06d@example.com,\"Doe, %d\"\n", i, i, i)
	}
	return b.String()
}

func jsonlText(rows int) string {
	var b bytes.Buffer
	for i := range rows {
		fmt.Fprintf(&b, `{"username":"user-%06d","attributes":{"custom:tier":"gold","locale":"en-GB","email":"user-%06d@example.com","family_name":"Doe, %d"}}`+"\n", i, i, i)
	}
	return b.String()
}

func BenchmarkCSV(b *testing.B) {
	text := csvText(benchRows)
	path := write(b, "users.csv", text)
	b.Run("sources", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if n := drain(b, path); n != benchRows {
				b.Fatal(n)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			r := csv.NewReader(f)
			for err == nil {
				_, err = r.Read()
			}
			f.Close()
		}
	})
}

func BenchmarkJSONL(b *testing.B) {
	text := jsonlText(benchRows)
	path := write(b, "users.jsonl", text)
	b.Run("sources", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if n := drain(b, path); n != benchRows {
				b.Fatal(n)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		type bare struct {
			Username   string            `json:"username"`
			Attributes map[string]string `json:"attributes"`
		}
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			for line := range bytes.Lines([]byte(text)) {
				var record bare
				if err := json.Unmarshal(line, &record); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkDocuments reads what list-users prints.
func BenchmarkDocuments(b *testing.B) {
	var text bytes.Buffer
	if err := json.Indent(&text, []byte(usersText(benchRows)), "", "    "); err != nil {
		b.Fatal(err)
	}
	path := write(b, "users.json", text.String())
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if n := drain(b, path); n != benchRows {
			b.Fatal(n)
		}
	}
}

// usersText is a page of ListUsers, without a line end.
func usersText(rows int) string {
	var b bytes.Buffer
	b.WriteString(`{"Users":[`)
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"Username":"user-%06d","Attributes":[{"Name":"email","Value":"user-%06d@example.com"},{"Name":"sub","Value":"00000000-0000-4000-8000-%012d"},`+
			`{"Name":"custom:tier","Value":"gold"}],"UserCreateDate":"2026-01-01T00:00:00+00:00","UserLastModifiedDate":"2026-01-01T00:00:00+00:00","Enabled":true,"UserStatus":"CONFIRMED"}`, i, i, i)
	}
	b.WriteString(`]}`)
	return b.String()
}
