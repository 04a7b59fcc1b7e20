package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// crowd is a pool of so many users, made as they are listed.
type crowd int

func (n crowd) ListUsers(_ context.Context, _, _, token string, limit int) ([]cognito.User, string, error) {
	from, _ := strconv.Atoi(token)
	to := min(from+limit, int(n))
	var page []cognito.User
	for i := from; i < to; i++ {
		page = append(page, person(fmt.Sprintf("user-%07d", i), "custom:tier=silver", "locale=de", "email_verified=true",
			fmt.Sprintf("email=user-%07d@example.com", i)))
	}
	if to == int(n) {
		return page, "", nil
	}
	return page, strconv.Itoa(to), nil
}

type nowhere struct{}

func (nowhere) Change(*sources.Change) error { return nil }
func (nowhere) Claim(*sources.Change) error  { return nil }
func (nowhere) Arrange([]Step) error         { return nil }
func (nowhere) Row(Row) error                { return nil }

// BenchmarkScan plans as many changes as there are users, from a file: tiers, or new addresses in a
// pool where they are aliases. PLAN_USERS sets how many.
func BenchmarkScan(b *testing.B) {
	users, err := strconv.Atoi(os.Getenv("PLAN_USERS"))
	if err != nil {
		users = 10_000
	}
	for _, kind := range []struct{ name, header, value string }{
		{"tiers", "custom:tier", "gold"}, {"addresses", "email", "new-%07d@example.com"},
	} {
		b.Run(kind.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "users.csv")
			if err := writeChanges(path, kind.header, kind.value, users); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				files, err := sources.Open([]string{path}, sources.Options{})
				if err != nil {
					b.Fatal(err)
				}
				r, err := Plan(b.Context(), Config{
					Pool: &cognito.Pool{ID: poolID, Schema: exampleSchema(), AliasAttributes: []string{"email"},
						CaseSensitive: true, EstimatedUsers: int64(users)},
					Changes: files, Writer: nowhere{}, Reader: reading(crowd(users)), Read: Scan,
					Records: int64(users),
				})
				if err != nil || r.Verdicts.Change != int64(users) {
					b.Fatal(r, err)
				}
				if err := files.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(users)*float64(b.N)/b.Elapsed().Seconds(), "users/s")
		})
	}
}

// writeChanges writes a change for each user of a crowd, in another order.
func writeChanges(path, header, value string, users int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "username,%s\n", header)
	for i := range users {
		text := value
		if header == "email" {
			text = fmt.Sprintf(value, i)
		}
		fmt.Fprintf(w, "user-%07d,%s\n", (i*7919)%users, text)
	}
	return errors.Join(w.Flush(), f.Close())
}
