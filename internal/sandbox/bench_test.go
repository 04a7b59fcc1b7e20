package sandbox

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// benchServer returns a listening server without quotas, and its pool of 1,000 users.
func benchServer(b *testing.B, journal string) (s *Server, url, pool string) {
	b.Helper()
	cfg := Config{Quotas: NoQuotas(), LogSize: 1000}
	if journal != "" {
		cfg.Journal = filepath.Join(b.TempDir(), journal)
	}
	s, err := New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if url, err = s.Start("127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	return s, url, s.benchPool(b)
}

// bombard sends requests over one keep-alive connection a goroutine, by a client that does next to
// nothing itself. It reports them by name a second.
func bombard(b *testing.B, url, operation, unit string, body func(i int) string) {
	b.Helper()
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
			text := body(i)
			fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: any\r\nX-Amz-Target: %s%s\r\n"+
				"Content-Length: %d\r\n\r\n%s", targetPrefix, operation, len(text), text)
			if !skipAnswer(b, answers) {
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
}

// skipAnswer reads an answer, which must be a good one.
func skipAnswer(b *testing.B, answers *bufio.Reader) bool {
	length := 0
	for first := true; ; first = false {
		line, err := answers.ReadSlice('\n')
		if err != nil || first && !strings.Contains(string(line), fmt.Sprint(http.StatusOK)) {
			b.Errorf("answer: %s, %v", line, err)
			return false
		}
		if n, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			_, _ = fmt.Sscan(n, &length)
		}
		if len(line) == 2 {
			_, err := io.CopyN(io.Discard, answers, int64(length))
			return err == nil
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, tt := range []struct{ name, journal string }{
		{"memory", ""},
		{"journal", "journal.jsonl"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			_, url, pool := benchServer(b, tt.journal)
			bombard(b, url, "AdminUpdateUserAttributes", "updates/s", func(i int) string {
				return fmt.Sprintf(`{"UserPoolId":%q,"Username":"user-%03d","UserAttributes":[{"Name":"custom:tier","Value":"%04d"}]}`,
					pool, i%1000, i%10000)
			})
		})
	}
}

func BenchmarkRead(b *testing.B) {
	_, url, pool := benchServer(b, "")
	bombard(b, url, "AdminGetUser", "reads/s", func(i int) string {
		return fmt.Sprintf(`{"UserPoolId":%q,"Username":"user-%03d"}`, pool, i%1000)
	})
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

// benchTokens mints a token for every user of a pool.
func (s *Server) benchTokens(b *testing.B, pool string) []string {
	b.Helper()
	if _, err := s.CreateClient(pool, []byte(`{"ClientName":"app"}`)); err != nil {
		b.Fatal(err)
	}
	var tokens []string
	for u := range s.Users(pool) {
		token, err := s.MintToken(pool, u.Username, TokenOptions{})
		if err != nil {
			b.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	return tokens
}

func BenchmarkSelfUpdate(b *testing.B) {
	s, url, pool := benchServer(b, "")
	tokens := s.benchTokens(b, pool)
	bombard(b, url, "UpdateUserAttributes", "updates/s", func(i int) string {
		return fmt.Sprintf(`{"AccessToken":%q,"UserAttributes":[{"Name":"custom:tier","Value":"%04d"}]}`, tokens[i%1000], i%10000)
	})
}

func BenchmarkSelfRead(b *testing.B) {
	s, url, pool := benchServer(b, "")
	tokens := s.benchTokens(b, pool)
	bombard(b, url, "GetUser", "reads/s", func(i int) string { return fmt.Sprintf(`{"AccessToken":%q}`, tokens[i%1000]) })
}

func BenchmarkMintToken(b *testing.B) {
	s, _, pool := benchServer(b, "")
	s.benchTokens(b, pool)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.MintToken(pool, "user-001", TokenOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
