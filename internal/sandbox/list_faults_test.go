package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// TestListFaults: of six users a0, a1, a2, b3, b4 and f5, named by the beginning of their sub, who comes by which filter, in
// pages of two.
func TestListFaults(t *testing.T) {
	const refused = "InvalidParameterException: Invalid search attribute: sub"
	for _, tt := range []struct {
		name   string
		faults Faults
		filter string
		want   string
		err    string
	}{
		{"none", Faults{}, `sub ^= "a"`, "a0 a1 a2", ""},
		{"refused", Faults{List: RefusedPrefix}, `sub ^= "a"`, "", refused},
		{"refused, and the whole sub", Faults{List: RefusedPrefix}, `sub = "a1000000-0000-4000-8000-000000000001"`, "a1", ""},
		{"refused, and another attribute", Faults{List: RefusedPrefix}, `username ^= "a"`, "a0 a1 a2", ""},
		{"refused, and no filter", Faults{List: RefusedPrefix}, ``, "a0 a1 a2 b3 b4 f5", ""},
		{"ignored", Faults{List: IgnoredPrefix}, `sub ^= "b"`, "a0 a1 a2 b3 b4 f5", ""},
		{"lost", Faults{List: LostUser}, `sub ^= "a"`, "a1 a2", ""},
		{"lost by a longer beginning, too", Faults{List: LostUser}, `sub ^= "a0000000"`, "", ""},
		{"lost, but not by the whole sub", Faults{List: LostUser}, `sub = "a0000000-0000-4000-8000-000000000000"`, "a0", ""},
		{"one lost by name", Faults{List: LostUser, ListUser: "b4"}, `sub ^= "b"`, "b3", ""},
		{"nobody of the name", Faults{List: LostUser, ListUser: "eve"}, `sub ^= "b"`, "b3 b4", ""},
		{"twice, on two pages", Faults{List: RepeatedUser}, `sub ^= "a"`, "a0 a1 a2 a0", ""},
		{"twice, on one page", Faults{List: RepeatedUser, ListUser: "f5"}, `sub ^= "f"`, "f5 f5", ""},
		{"twice, in no other list", Faults{List: RepeatedUser}, `sub ^= "b"`, "b3 b4", ""},
		{"stray", Faults{List: StrayUser}, `sub ^= "b"`, "b3 b4 a0", ""},
		{"stray, and at home", Faults{List: StrayUser}, `sub ^= "a"`, "a0 a1 a2", ""},
		{"stray from the last to the first", Faults{List: StrayUser, ListUser: "f5"}, `sub ^= "0"`, "f5", ""},
		{"stray, and a filter that finds nobody", Faults{List: StrayUser}, `sub ^= ""`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, plainPool, Config{Faults: tt.faults})
			for i, name := range []string{"a0", "a1", "a2", "b3", "b4", "f5"} {
				w.user(name, "given_name=U", fmt.Sprintf("sub=%s000000-0000-4000-8000-00000000000%d", name, i))
			}
			limit := int32(2)
			got, _, err := w.pages(cip.ListUsersInput{Filter: &tt.filter, Limit: &limit}, func() {})
			if strings.Join(got, " ") != tt.want || text(err) != tt.err {
				t.Errorf("got %q, %q, want %q, %q", got, text(err), tt.want, tt.err)
			}
		})
	}
}

// TestPageTime: a page of users takes its own time, whatever the quota, and nothing else does.
func TestPageTime(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  Config
		want time.Duration
	}{
		{"AWS's quota", Config{}, 40 * time.Millisecond},
		{"no quota", Config{Quotas: NoQuotas()}, 0},
		{"of its own, and AWS's quota", Config{PageTime: time.Second}, time.Second},
		{"of its own, and no quota", Config{Quotas: NoQuotas(), PageTime: 150 * time.Millisecond}, 150 * time.Millisecond},
		{"the latency is longer", Config{Latency: time.Minute, PageTime: time.Second}, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := New(tt.cfg)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				pool, err := s.CreatePool([]byte(`{"PoolName":"p"}`))
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				if answer := post(s, targetPrefix+"ListUsers", "any", `{"UserPoolId":"`+pool+`"}`); answer.Code != 200 || time.Since(began) != tt.want {
					t.Errorf("status %d after %s, want it after %s", answer.Code, time.Since(began), tt.want)
				}
				began = time.Now()
				if post(s, targetPrefix+"DescribeUserPool", "any", `{"UserPoolId":"`+pool+`"}`); time.Since(began) != tt.cfg.Latency {
					t.Errorf("another request took %s", time.Since(began))
				}
			})
		})
	}
}
