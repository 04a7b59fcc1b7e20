package e2e

// ruleScenarios are recipes of docs/recipes.md. The words of an expression stand together: a step is cut at blanks.
func ruleScenarios() []scenario {
	done := func(updates string) outcome { return outcome{says: []string{"plan.jsonl: " + updates}} }
	nothing := outcome{says: []string{"plan.jsonl: empty, for there is nothing to change"}}
	const apply = "apply {pool}.plan/plan.jsonl"
	return []scenario{
		{
			name: "recipe: a default where it is missing", pool: loyaltyPool(), users: customers(),
			steps: []step{
				{run: "plan --where custom.tier==nil --set custom:tier=free", want: done("1 update")},
				{run: apply, want: outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{"cat": {"custom:tier": "free"}}}},
				{run: "plan --check --where custom.tier==nil --set custom:tier=free", want: nothing},
			},
		},
		{
			name: "recipe: the sub in an attribute", pool: loyaltyPool(), users: customers(),
			steps: []step{
				{run: "plan --where custom.note!=sub --set custom:note:=sub", want: done("3 updates")},
				{run: apply, want: outcome{sent: 3, says: []string{": 3 updated, 0 failed"}, change: people{
					"ann": {"custom:note": "{sub ann}"}, "ben": {"custom:note": "{sub ben}"}, "cat": {"custom:note": "{sub cat}"}}}},
				{run: "plan --check --where custom.note!=sub --set custom:note:=sub", want: nothing},
				{run: "apply {pool}.plan.run/undo.jsonl", want: outcome{sent: 3, says: []string{": 3 updated, 0 failed"}, back: true}},
			},
		},
		{
			name: "recipe: e-mail addresses in lower case", pool: loyaltyPool(), users: people{
				"ann": {"given_name": "Ann", "email": "Ann@Example.com", "email_verified": "true"},
				"ben": {"given_name": "Ben", "email": "ben@example.com", "email_verified": "true"},
				"cat": {"given_name": "Cat"},
			},
			steps: []step{
				{run: "plan --set email:=lower(email) --verified keep", want: done("1 update")},
				{run: apply, want: outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{
					"ann": {"email": "ann@example.com", "email_verified": "true"}}}},
				{run: "plan --check --set email:=lower(email) --verified keep", want: nothing},
			},
		},
		{
			name: "recipe: an attribute cleared", pool: loyaltyPool(), users: customers(),
			steps: []step{
				{run: "plan --where nickname!=nil&&custom.tier==\"gold\" --unset nickname", want: done("1 update")},
				{run: apply, want: outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{"ben": {"nickname": ""}}}},
				{run: "apply {pool}.plan.run/undo.jsonl", want: outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, back: true}},
			},
		},
		{
			name: "recipe: only who has confirmed", pool: loyaltyPool(), users: customers(),
			steps: []step{
				{run: "plan --where status==\"UNCONFIRMED\"&&enabled --set locale=de", want: nothing},
				{run: "plan --where status==\"CONFIRMED\"&&enabled --set locale=de", want: done("3 updates")},
				{run: apply, want: outcome{sent: 3, says: []string{": 3 updated, 0 failed"}, change: people{
					"ann": {"locale": "de"}, "ben": {"locale": "de"}, "cat": {"locale": "de"}}}},
			},
		},
	}
}
