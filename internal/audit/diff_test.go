package audit

import (
	"errors"
	"strings"
	"testing"

	"attrmigrate/internal/schema"
)

func TestCompare(t *testing.T) {
	keep, skip := Options{KeepVerified: true}, Options{SkipConflicts: true}
	schemed := Options{Schema: schema.New([]schema.Attribute{{Name: "custom:vip", Kind: schema.Boolean}})}
	tests := []struct {
		name     string
		live     []string
		record   []string
		opts     Options
		verdicts string
		send     string
		expect   string
		err      string
	}{
		{name: "another value", live: []string{"custom:tier=silver"}, record: []string{"custom:tier=gold"},
			verdicts: "change", send: "custom:tier=gold", expect: "custom:tier=silver"},
		{name: "a new attribute", record: []string{"custom:tier=gold"},
			verdicts: "change", send: "custom:tier=gold", expect: "custom:tier="},
		{name: "the same value", live: []string{"custom:tier=gold"}, record: []string{"custom:tier=gold"}, verdicts: "unchanged"},
		{name: "only what differs is sent", live: []string{"custom:tier=gold", "locale=de"}, record: []string{"custom:tier=gold", "locale=fr"},
			verdicts: "unchanged change", send: "locale=fr", expect: "locale=de"},
		{name: "a deletion", live: []string{"nickname=bo"}, record: []string{"nickname="},
			verdicts: "delete", send: "nickname=", expect: "nickname=bo"},
		{name: "a deletion of what is absent", record: []string{"nickname="}, verdicts: "unchanged"},
		{name: "nothing to set", verdicts: ""},

		{name: "as expected", live: []string{"custom:tier=silver"}, record: []string{"custom:tier=gold", "?custom:tier=silver"},
			verdicts: "change", send: "custom:tier=gold", expect: "custom:tier=silver"},
		{name: "not as expected", live: []string{"custom:tier=bronze"}, record: []string{"custom:tier=gold", "?custom:tier=silver"},
			verdicts: "conflict", err: `custom:tier: expected "silver", the user has "bronze"`},
		{name: "expected to be absent", live: []string{"custom:tier=bronze"}, record: []string{"custom:tier=gold", "?custom:tier="},
			verdicts: "conflict", err: `custom:tier: expected no value, the user has "bronze"`},
		{name: "applied before: no conflict", live: []string{"custom:tier=gold"}, record: []string{"custom:tier=gold", "?custom:tier=silver"},
			verdicts: "unchanged"},
		{name: "a conflict holds back the record", live: []string{"custom:tier=bronze", "locale=de"},
			record: []string{"locale=fr", "custom:tier=gold", "?custom:tier=silver"}, verdicts: "conflict conflict",
			err: `custom:tier: expected "silver", the user has "bronze"`},
		{name: "expected, but not set", live: []string{"custom:tier=bronze"}, record: []string{"locale=fr", "?custom:tier=silver"},
			verdicts: "conflict conflict", err: `custom:tier: expected "silver", the user has "bronze"`},
		{name: "expected, but nothing is left to send", live: []string{"custom:tier=bronze", "locale=fr"},
			record: []string{"locale=fr", "?custom:tier=silver"}, verdicts: "unchanged"},
		{name: "another user's sub, with nothing left to send", live: []string{"sub=1", "locale=fr"},
			record: []string{"locale=fr", "?sub=2"}, verdicts: "unchanged conflict", err: `sub: expected "2", the user has "1"`},
		{name: "two conflicts", live: []string{"locale=it"}, record: []string{"locale=fr", "?locale=de", "?nickname=bo"},
			verdicts: "conflict conflict",
			err:      `locale: expected "de", the user has "it"; nickname: expected "bo", the user has no value`},
		{name: "control characters", live: []string{"locale=\x1b[2J"}, record: []string{"locale=fr", "?locale=de"},
			verdicts: "conflict", err: `locale: expected "de", the user has "\x1b[2J"`},

		{name: "not as expected: skipped", live: []string{"custom:tier=bronze", "locale=de"}, opts: skip,
			record:   []string{"locale=fr", "custom:tier=gold", "?custom:tier=silver"},
			verdicts: "skipped skipped", err: `custom:tier: expected "silver", the user has "bronze"`},
		{name: "another user's sub is never skipped", live: []string{"sub=1", "locale=de"}, opts: skip,
			record: []string{"locale=fr", "?locale=it", "?sub=2"}, verdicts: "conflict conflict",
			err: `locale: expected "it", the user has "de"; sub: expected "2", the user has "1"`},

		{name: "the account is as expected", live: []string{"locale=de"}, record: []string{"locale=fr", "?status=CONFIRMED", "?enabled=TRUE"},
			verdicts: "change", send: "locale=fr", expect: "locale=de"},
		{name: "the account is not as expected", live: []string{"locale=de"}, record: []string{"locale=fr", "?status=UNCONFIRMED", "?enabled=false"},
			verdicts: "conflict conflict conflict",
			err:      `status: expected "UNCONFIRMED", the user has "CONFIRMED"; enabled: expected "false", the user has "true"`},

		{name: "a flag goes with its new address", live: []string{"email=a@example.com", "email_verified=true"},
			record: []string{"email=b@example.com", "email_verified=true"}, verdicts: "change change",
			send: "email=b@example.com email_verified=true", expect: "email=a@example.com email_verified=true"},
		{name: "a flag goes with its new address, whatever is expected of it", live: []string{"email=a@example.com", "email_verified=true"},
			record: []string{"email=b@example.com", "email_verified=true", "?email_verified=false"}, verdicts: "change change",
			send: "email=b@example.com email_verified=true", expect: "email=a@example.com email_verified=true"},
		{name: "a flag without its address", live: []string{"email=a@example.com", "email_verified=true"},
			record: []string{"email_verified=true"}, verdicts: "unchanged"},
		{name: "a flag with the same address", live: []string{"email=a@example.com", "email_verified=true"},
			record: []string{"email=a@example.com", "email_verified=true"}, verdicts: "unchanged unchanged"},
		{name: "a flag with the other address", live: []string{"email=a@example.com", "email_verified=true"},
			record: []string{"phone_number=+15555550100", "email_verified=true"}, verdicts: "change unchanged",
			send: "phone_number=+15555550100", expect: "phone_number="},

		{name: "a truth value in another case", live: []string{"email_verified=True", "custom:vip=FALSE"},
			record: []string{"email_verified=true", "custom:vip=false"}, opts: schemed, verdicts: "unchanged unchanged"},
		{name: "a text in another case", live: []string{"nickname=True"}, record: []string{"nickname=true"}, opts: schemed,
			verdicts: "change", send: "nickname=true", expect: "nickname=True"},
		{name: "another truth value", live: []string{"custom:vip=True"}, record: []string{"custom:vip=false"}, opts: schemed,
			verdicts: "change", send: "custom:vip=false", expect: "custom:vip=True"},
		{name: "expected in another case", live: []string{"email_verified=True", "custom:vip=TRUE"},
			record: []string{"locale=fr", "?email_verified=true", "?custom:vip=true"}, opts: schemed,
			verdicts: "change", send: "locale=fr", expect: "locale="},
		{name: "keep: True is true", live: []string{"email=a@example.com", "email_verified=True"},
			record: []string{"email=b@example.com"}, opts: keep, verdicts: "change change",
			send: "email=b@example.com email_verified=true", expect: "email=a@example.com email_verified=True"},
		{name: "keep: a true flag is sent along", live: []string{"email=a@example.com", "email_verified=true"},
			record: []string{"email=b@example.com"}, opts: keep, verdicts: "change change",
			send: "email=b@example.com email_verified=true", expect: "email=a@example.com email_verified=true"},
		{name: "keep: a false flag is not", live: []string{"email=a@example.com", "email_verified=false"},
			record: []string{"email=b@example.com"}, opts: keep, verdicts: "change",
			send: "email=b@example.com", expect: "email=a@example.com"},
		{name: "keep: the record says otherwise", live: []string{"email=a@example.com", "email_verified=true"},
			record: []string{"email=b@example.com", "email_verified=false"}, opts: keep, verdicts: "change change",
			send: "email=b@example.com email_verified=false", expect: "email=a@example.com email_verified=true"},
		{name: "keep: the address stays", live: []string{"email=a@example.com", "email_verified=true"},
			record: []string{"email=a@example.com"}, opts: keep, verdicts: "unchanged"},
		{name: "keep: the address is deleted", live: []string{"email=a@example.com", "email_verified=true"},
			record: []string{"email="}, opts: keep, verdicts: "delete", send: "email=", expect: "email=a@example.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			live := person("amy", tt.live...)
			d := Compare(&live, record("amy", tt.record...), tt.opts)
			var verdicts []string
			for _, r := range d.Rows {
				verdicts = append(verdicts, string(r.Verdict))
			}
			if got := strings.Join(verdicts, " "); got != tt.verdicts {
				t.Errorf("verdicts %q, want %q", got, tt.verdicts)
			}
			if got := brief(d.Send); got != tt.send {
				t.Errorf("sends %q, want %q", got, tt.send)
			}
			if got := brief(d.Expect); got != tt.expect {
				t.Errorf("expects %q, want %q", got, tt.expect)
			}
			if err := d.Conflict(); err == nil && tt.err != "" || err != nil && err.Error() != tt.err {
				t.Errorf("conflict %v, want %s", err, tt.err)
			}
		})
	}
}

func TestCompareUnread(t *testing.T) {
	d := Compare(nil, record("amy", "locale=fr", "nickname=", "?locale=de"), Options{KeepVerified: true})
	if got := brief(d.Send); got != "locale=fr nickname=" || d.Expect != nil || d.Conflict() != nil {
		t.Errorf("sends %q, expects %v, %v", got, d.Expect, d.Conflict())
	}
}

func TestConflictError(t *testing.T) {
	live := person("amy", "locale=it")
	tests := []struct{ name, expect, code, hint string }{
		{"a value", "?locale=de", "Conflict", "the value was changed after the record was made: plan again, or take the precondition out"},
		{"the sub", "?sub=2", "OtherUser", "the name belongs to another user than when the record was made: name the user by its sub"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := Compare(&live, record("amy", "locale=fr", tt.expect), Options{})
			e, ok := errors.AsType[*ConflictError](d.Conflict())
			if !ok || e.Class() != "conflict" || e.Code() != tt.code || e.Hint() != tt.hint {
				t.Errorf("%v: class %s, code %s, hint %s", e, e.Class(), e.Code(), e.Hint())
			}
		})
	}
}

func TestBefore(t *testing.T) {
	tests := []struct {
		name             string
		live, sent, want string
	}{
		{"a value", "locale=de", "locale=fr", "locale=de"},
		{"no value", "", "locale=fr", "locale="},
		{"a deletion", "locale=de", "locale=", "locale=de"},
		{"an address brings its flag", "email=a@example.com email_verified=true", "email=b@example.com",
			"email=a@example.com email_verified=true"},
		{"an address and its flag", "email=a@example.com email_verified=true", "email=b@example.com email_verified=true",
			"email=a@example.com email_verified=true"},
		{"a flag before its address", "email=a@example.com email_verified=false", "email_verified=true email=b@example.com",
			"email=a@example.com email_verified=false"},
		{"a flag alone", "email=a@example.com email_verified=false", "email_verified=true", "email_verified=false"},
		{"an address without a flag", "email=a@example.com", "email=b@example.com", "email=a@example.com email_verified="},
		{"no address, no flag", "", "phone_number=+15555550100", "phone_number= phone_number_verified="},
		{"no address, a flag", "email_verified=false", "email=b@example.com", "email="},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			live := person("amy", strings.Fields(tt.live)...)
			if got := brief(Before(&live, record("amy", strings.Fields(tt.sent)...).Attributes)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
