package e2e

import (
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"attrmigrate/internal/s3/s3test"
)

// s3Of is the S3 of a script, which its first command starts. The program finds it by the environment.
func s3Of(ts *testscript.TestScript) *s3test.Server {
	s := stageOf(ts)
	if s.s3 != nil {
		return s.s3
	}
	server, err := s3test.New()
	ts.Check(err)
	ts.Defer(server.Close)
	s3test.Setenv(ts, server.Env())
	s.s3 = server
	return server
}

// useS3 does something to the S3 of a script: put KEY FILE, get KEY FILE, delete KEY, keys [PREFIX], version, deny PERMISSION...,
// allow PERMISSION..., away, back, and asked OPERATION KEY and holds TEXT, in whatever object, which ! denies.
func useS3(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: s3 WHAT [ARGUMENT...]")
	}
	s, rest := s3Of(ts), append(args[1:], "", "")
	switch args[0] {
	case "put":
		body, err := os.ReadFile(ts.MkAbs(rest[1]))
		ts.Check(err)
		ts.Check(s.Put(s3test.Bucket, rest[0], body))
	case "get":
		body, err := s.Get(s3test.Bucket, rest[0])
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(rest[1]), body, 0o600))
	case "delete":
		ts.Check(s.Delete(s3test.Bucket, rest[0]))
	case "keys":
		keys, err := s.Keys(s3test.Bucket, rest[0])
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs("keys"), []byte(strings.Join(keys, "\n")+"\n"), 0o600))
	case "version":
		ts.Check(s.Version(s3test.Bucket))
	case "deny":
		s.Deny(args[1:]...)
	case "allow":
		s.Allow(args[1:]...)
	case "away", "back":
		s.Away(args[0] == "away")
	case "asked":
		found := false
		for _, r := range s.Requests() {
			found = found || r.Operation == rest[0] && r.Key == rest[1]
		}
		if found == neg {
			ts.Fatalf("%s of %s was asked for: %t", rest[0], rest[1], found)
		}
	case "holds":
		keys, err := s.Keys(s3test.Bucket, "")
		ts.Check(err)
		in := slices.DeleteFunc(keys, func(key string) bool {
			body, err := s.Get(s3test.Bucket, key)
			ts.Check(err)
			return !strings.Contains(string(body), rest[0])
		})
		if (len(in) > 0) == neg {
			ts.Fatalf("%s stands in %q", rest[0], in)
		}
	default:
		ts.Fatalf("s3 does not know %s", args[0])
	}
}
