package s3_test

import (
	"strings"
	"testing"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/shell"
)

func TestParseURL(t *testing.T) {
	tests := []struct {
		name, text string
		want       s3.URL
		refused    string
	}{
		{"an object", "s3://runs/in/users.csv", s3.URL{Bucket: "runs", Key: "in/users.csv"}, ""},
		{"a prefix", "s3://runs/loyalty/", s3.URL{Bucket: "runs", Key: "loyalty/"}, ""},
		{"a bucket", "s3://runs", s3.URL{Bucket: "runs"}, ""},
		{"a version", "s3://runs/a?versionId=3", s3.URL{Bucket: "runs", Key: "a", Version: "3"}, ""},
		{"a question mark in the key", "s3://runs/a?b", s3.URL{Bucket: "runs", Key: "a?b"}, ""},
		{"blanks and letters of all kinds", "s3://runs/März 1+2/ü.csv", s3.URL{Bucket: "runs", Key: "März 1+2/ü.csv"}, ""},
		{"a path", "runs/a", s3.URL{}, "runs/a: it is no URL of S3"},
		{"capitals", "S3://runs/a", s3.URL{}, "S3://runs/a: s3:// is written in small letters"},
		{"a slash", "s3:/runs/a", s3.URL{}, "s3:/runs/a: s3: has two slashes behind it"},
		{"no slash", "S3:runs/a", s3.URL{}, "S3:runs/a: s3: has two slashes behind it"},
		{"nothing else", "s3:", s3.URL{}, "s3:: s3: has two slashes behind it"},
		{"no bucket", "s3:///a", s3.URL{}, "s3:///a: it names no bucket"},
		{"an ARN", "s3://arn:aws:s3:us-east-1:111122223333:accesspoint/x", s3.URL{}, "a bucket is named by its name, not by an ARN"},
		{"a host", "s3://user@host:80/a", s3.URL{}, "a bucket can't be called user@host:80: names have 3 characters or more"},
		{"an empty version", "s3://runs/a?versionId=", s3.URL{}, "versionId pins nothing"},
		{"a version of a bucket", "s3://runs/?versionId=3", s3.URL{}, "versionId pins nothing"},
		{"a long key", "s3://runs/" + strings.Repeat("a", 1025), s3.URL{}, "its key has more than 1024 bytes"},
		{"a line end", "s3://runs/a\nb", s3.URL{}, "its key has characters that cannot be shown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s3.ParseURL(tt.text)
			switch {
			case tt.refused == "" && (err != nil || got != tt.want):
				t.Errorf("got %+v, %v", got, err)
			case tt.refused == "" && got.Key != "" && got.String() != tt.text:
				t.Errorf("it is written as %s", got)
			case tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused) || refusal.HintOf(err) == ""):
				t.Errorf("got %+v, %v (%s)", got, err, refusal.HintOf(err))
			}
		})
	}
	if got := (s3.URL{Bucket: "runs", Key: "loyalty"}).Below("errors.csv").String(); got != "s3://runs/loyalty/errors.csv" {
		t.Errorf("below a prefix: %s", got)
	}
}

// TestParseDir: a run directory has one URL, but for the slash at its end.
func TestParseDir(t *testing.T) {
	tests := []struct {
		name, text, refused, remedy string
	}{
		{"a prefix", "s3://runs/loyalty", "", ""},
		{"with its slash", "s3://runs/a/b/", "", ""},
		{"a bucket", "s3://runs", "", ""},
		{"a bucket with its slash", "s3://runs/", "", ""},
		{"dots in a name", "s3://runs/..a/b..c/.d", "", ""},
		{"slashes at the end", "s3://runs/a//", "no empty name", "write s3://runs/a"},
		{"slashes between", "s3://runs/a//b/", "no empty name", "write s3://runs/a/b"},
		{"slashes at first", "s3://runs//a", "no empty name", "write s3://runs/a"},
		{"slashes only", "s3://runs//", "no empty name", "write s3://runs/"},
		{"up", "s3://runs/a/../b", "no dots", "write s3://runs/b"},
		{"here", "s3://runs/a/.", "no dots", "write s3://runs/a"},
		{"with blanks", "s3://runs/ü b/../my x", "no dots", "write " + shell.Quote("s3://runs/my x")},
		{"a version", "s3://runs/a?versionId=3", "has no version", "write s3://BUCKET/PREFIX"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s3.ParseDir(tt.text)
			switch {
			case tt.refused == "" && (err != nil || strings.TrimSuffix(got.String(), "/") != strings.TrimSuffix(tt.text, "/")):
				t.Errorf("got %+v, %v", got, err)
			case tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused) || refusal.HintOf(err) != tt.remedy):
				t.Errorf("got %+v, %v (%s)", got, err, refusal.HintOf(err))
			}
		})
	}
}

// FuzzParseURL: whatever is taken is written as it was read, and nothing panics.
func FuzzParseURL(f *testing.F) {
	f.Add("s3://runs/a?versionId=3")
	f.Add("s3://runs/")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := s3.ParseURL(text)
		if err == nil && strings.TrimSuffix(u.String(), "/") != strings.TrimSuffix(text, "/") {
			t.Errorf("%q is written as %q", text, u)
		}
	})
}
