package cognito

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"attrmigrate/pipeline"
)

// BenchmarkUpdate measures client and server together, over loopback.
func BenchmarkUpdate(b *testing.B) {
	s := serve(b, accept)
	updates(b, clientOf(b, s.URL).AdminUpdater(AdminUpdaterConfig{PoolID: testPool}))
}

// BenchmarkUserUpdate is BenchmarkUpdate with a token: more to send, and nothing to sign.
func BenchmarkUserUpdate(b *testing.B) {
	s := serve(b, accept)
	updates(b, anonymousOf(b, s.URL).UserUpdater(UserUpdaterConfig{Token: always(tokenWith(b, nil))}))
}

// updates measures updates, sixteen at once for each processor.
func updates(b *testing.B, u pipeline.Updater) {
	c := goldChange()
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := u.Update(b.Context(), c); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkParseToken(b *testing.B) {
	text := tokenWith(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		token, err := ParseToken(text)
		if err != nil || token.Check(noon, testPool) != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkListUsers measures client and server together, over loopback, with pages of 60 users; and
// what the SDK's own decoder makes of the same page.
func BenchmarkListUsers(b *testing.B) {
	s := serve(b, text(200, fullPage()))
	c := clientOf(b, s.URL)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if users, _, err := c.ListUsers(b.Context(), testPool, "", "", 60); err != nil || len(users) != 60 {
				b.Fatal(err)
			}
		}
	})
	b.Run("sdk", func(b *testing.B) {
		b.ReportAllocs()
		in := &cip.ListUsersInput{UserPoolId: aws.String(testPool)}
		for b.Loop() {
			if out, err := c.api.ListUsers(b.Context(), in); err != nil || len(out.Users) != 60 {
				b.Fatal(err)
			}
		}
	})
	b.Run("decoder", func(b *testing.B) {
		page := fullPage()
		b.ReportAllocs()
		for b.Loop() {
			if users, _, err := decodePage(page); err != nil || len(users) != 60 {
				b.Fatal(err)
			}
		}
	})
}
