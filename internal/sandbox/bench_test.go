package sandbox

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkUpdate measures updates over one keep-alive connection a goroutine, by a client that does
// next to nothing itself.
func BenchmarkUpdate(b *testing.B) {
	for _, tt := range []struct{ name, journal string }{
		{"memory", ""},
		{"journal", "journal.jsonl"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			cfg := Config{Quotas: NoQuotas(), LogSize: 1000}
			if tt.journal != "" {
				cfg.Journal = filepath.Join(b.TempDir(), tt.journal)
			}
			s, err := New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			url, err := s.Start("127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			pool := s.benchPool(b)
			b.ReportAllocs()
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
				if err != nil {
					b.Error(err)
					return
				}
				defer conn.Close()
				answers := bufio.NewReader(conn)
				for i := 0; pb.Next(); i++ {
					body := fmt.Sprintf(`{"UserPoolId":%q,"Username":"user-%03d","UserAttributes":[{"Name":"custom:tier","Value":"%04d"}]}`,
						pool, i%1000, i%10000)
					fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: any\r\nX-Amz-Target: %sAdminUpdateUserAttributes\r\n"+
						"Content-Length: %d\r\n\r\n%s", targetPrefix, len(body), body)
					if !skipAnswer(b, answers) {
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
		})
	}
}

// skipAnswer reads an answer whose body is {}.
func skipAnswer(b *testing.B, answers *bufio.Reader) bool {
	for first := true; ; first = false {
		line, err := answers.ReadSlice('\n')
		if err != nil || first && !strings.Contains(string(line), fmt.Sprint(http.StatusOK)) {
			b.Errorf("answer: %s, %v", line, err)
			return false
		}
		if len(line) == 2 {
			_, err := answers.Discard(2)
			return err == nil
		}
	}
}

// benchPool makes a pool of 1,000 users.
func (s *Server) benchPool(b *testing.B) string {
	b.Helper()
	pool, err := s.CreatePool([]byte(described))
	if err != nil {
		b.Fatal(err)
	}
	for i := range 1000 {
		u := User{Username: fmt.Sprintf("user-%03d", i), Attributes: map[string]string{"email": fmt.Sprintf("u%d@example.com", i), "locale": "en"}}
		if err := s.CreateUser(pool, u); err != nil {
			b.Fatal(err)
		}
	}
	return pool
}
