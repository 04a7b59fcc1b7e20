package e2e

import (
	"fmt"
	"slices"
	"strings"
)

// customers are the users of most scenarios.
func customers() people {
	return people{
		"ann": {"given_name": "Ann", "custom:tier": "silver", "custom:points": "10", "email": "ann@example.com", "email_verified": "true"},
		"ben": {"given_name": "Ben", "custom:tier": "gold", "nickname": "Benny"},
		"cat": {"given_name": "Cat", "custom:joined": "2024"},
	}
}

// adminScenarios are what an administrator does.
func adminScenarios() []scenario {
	return slices.Concat(changeScenarios(), failureScenarios(), nameScenarios(), planScenarios(), addressScenarios(), stopScenarios(), ruleScenarios())
}

func planScenarios() []scenario {
	planned := map[string]string{"changes.plan/plan.jsonl": `{"username":"ann","attributes":{"custom:tier":"tin","nickname":"Annie"},"expect":{"custom:tier":"silver","nickname":null}}
{"username":"ben","attributes":{"nickname":null},"expect":{"nickname":"Benny"}}
`}
	return []scenario{
		{
			name: "plan", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier,nickname\nann,gold,\nben,gold,<delete>\nann,tin,Annie\n"},
			steps: []step{
				{run: "plan --read scan changes.csv", want: outcome{says: []string{"nothing was written", "(scan: ", "plan.jsonl: 2 updates"}, holds: planned}},
				{run: "plan --read lookup changes.csv", want: outcome{says: []string{"nothing was written", "(lookup: ", "plan.jsonl: 2 updates"}, holds: planned}},
				{run: "plan --check changes.csv", want: outcome{code: 3}},
				{run: "apply changes.plan/plan.jsonl", want: outcome{sent: 2, says: []string{": 2 updated, 0 failed"}, change: people{
					"ann": {"custom:tier": "tin", "nickname": "Annie"}, "ben": {"nickname": ""}}}},
				{run: "plan --check changes.csv", want: outcome{says: []string{"plan.jsonl: empty, for there is nothing to change"}}},
				{run: "plan --check --read lookup changes.csv", want: outcome{says: []string{"plan.jsonl: empty, for there is nothing to change"}}},
			},
		},
		{
			name: "what has changed since the plan", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier\nann,gold\nben,tin\n"},
			steps: []step{
				{run: "plan --read lookup changes.csv", want: outcome{says: []string{"plan.jsonl: 2 updates"}}}, // in the order of the file
				{run: "apply changes.plan/plan.jsonl", meanwhile: people{"ann": {"custom:tier": "lead"}}, want: outcome{code: 3, sent: 1,
					failed: []string{"1 conflict Conflict"}, change: people{"ben": {"custom:tier": "tin"}}}},
			},
		},
		{
			name: "plan of what fails", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier,expect:custom:tier\nann,much too long for this pool,\nnobody,gold,\nben,tin,silver\n"},
			steps: []step{
				{run: "plan --check --read scan changes.csv", want: outcome{code: 3, says: []string{"1 missing user · 1 invalid · 1 conflict", "failing  3 records"}}},
				{run: "plan --check --read lookup changes.csv", want: outcome{code: 3, says: []string{"1 missing user · 1 invalid · 1 conflict", "failing  3 records"}}},
			},
		},
		{
			name: "plan by sub and address", pool: addressPool(), users: people{
				"ann@example.com": {"given_name": "Ann", "email": "ann@example.com", "email_verified": "true"},
				"ben@example.com": {"given_name": "Ben", "email": "ben@example.com", "email_verified": "true"},
			},
			files: map[string]string{"changes.csv": "username,custom:tier\nann@example.com,gold\n{sub ben@example.com},tin\n"},
			steps: []step{
				{run: "plan --read scan changes.csv", want: outcome{says: []string{"for 2 users of the pool (scan: ", "plan.jsonl: 2 updates"}}},
				{run: "plan --read lookup changes.csv", want: outcome{says: []string{"for 2 users of the pool (lookup: ", "plan.jsonl: 2 updates"}}},
				{run: "apply changes.plan/plan.jsonl", want: outcome{sent: 2, change: people{"ann@example.com": {"custom:tier": "gold"}, "ben@example.com": {"custom:tier": "tin"}}}},
			},
		},
		{
			name: "plan of a name with a quotation mark", pool: loyaltyPool(), users: people{`o"neil`: {"given_name": "Neil"}},
			files: map[string]string{"changes.csv": "username,custom:tier\n\"o\"\"neil\",gold\n"},
			steps: []step{
				{run: "plan --read scan changes.csv", want: outcome{says: []string{"found    1 change\n"}}},
				{
					run:    "plan --read lookup changes.csv",
					want:   outcome{says: []string{"found    1 change\n"}},
					unlike: "quotation mark",
					local:  outcome{says: []string{"found    1 missing user\n"}},
				},
				{run: "apply changes.csv", want: outcome{sent: 1, change: people{`o"neil`: {"custom:tier": "gold"}}}},
			},
		},
		{
			name: "export", pool: loyaltyPool(), users: customers(),
			steps: []step{
				{run: "export --attributes custom:tier,email,custom:joined -o changes.csv", want: outcome{holds: map[string]string{
					"changes.csv": "\ufeffusername,custom:tier,email,_custom:joined\nann,silver,ann@example.com,\nben,gold,,\ncat,,,2024\n"}}},
				{run: "apply changes.csv", want: outcome{says: []string{": 0 updated, 3 unchanged, 0 failed"}}},
				{run: "export --format jsonl -o all.jsonl"},
				{run: "apply all.jsonl", want: outcome{says: []string{": 0 updated, 3 unchanged, 0 failed"}}},
				{run: "apply --restart all.jsonl", meanwhile: people{"ann": {"custom:tier": "", "nickname": "Annie"}}, want: outcome{sent: 1,
					says: []string{": 1 updated, 2 unchanged, 0 failed"}, change: people{"ann": {"custom:tier": "silver"}}}},
			},
		},
	}
}

func addressScenarios() []scenario {
	return []scenario{
		{
			name: "addresses and their flags", pool: loyaltyPool(), users: customers(),
			files: map[string]string{
				"changes.csv": "username,email,email_verified,phone_number\nann,ann@example.net,,\nben,ben@example.com,true,+15550102\n",
				"kept.csv":    "username,email\nben,ben@example.net\n",
				"gone.csv":    "username,email,phone_number\nann,<delete>,\nben,,<delete>\n",
				"alone.csv":   "username,email_verified\nann,true\n",
			},
			steps: []step{
				{run: "apply changes.csv", want: outcome{sent: 2, change: people{
					"ann": {"email": "ann@example.net", "email_verified": "false"},
					"ben": {"email": "ben@example.com", "email_verified": "true", "phone_number": "+15550102", "phone_number_verified": "false"}}}},
				{run: "apply --verified keep kept.csv", want: outcome{sent: 1, change: people{"ben": {"email": "ben@example.net"}}}},
				{run: "apply gone.csv", want: outcome{sent: 2, change: people{"ann": {"email": ""}, "ben": {"phone_number": ""}}}},
				{run: "apply gone.run/undo.jsonl", want: outcome{sent: 2, change: people{"ann": {"email": "ann@example.net"}, "ben": {"phone_number": "+15550102"}}}},
				{
					run:    "apply alone.csv",
					want:   outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{"ann": {"email_verified": "true"}}},
					unlike: "flag alone",
					local:  outcome{code: 3, sent: 1, failed: []string{"2 refused InvalidParameterException"}},
				},
			},
		},
		{
			name: "a pool that sends codes", pool: informingPool(), users: customers(),
			files: map[string]string{
				"changes.csv": "username,email\nann,ann@example.net\n",
				"first.csv":   "username,email\ncat,cat@example.com\n",
			},
			steps: []step{
				{run: "plan changes.csv", want: outcome{says: []string{"1 e-mail"}}},
				{run: "apply changes.csv", want: outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{"ann": {"email": "ann@example.net", "email_verified": "false"}}}},
				{run: "apply changes.run/undo.jsonl", want: outcome{sent: 1, back: true}},
				{
					run:    "apply first.csv",
					want:   outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{"cat": {"email": "cat@example.com", "email_verified": "false"}}},
					unlike: "first address",
					local: outcome{code: 3, sent: 1, failed: []string{"2 refused InvalidParameterException"},
						change: people{"cat": {"email": "cat@example.com", "email_verified": "false"}}},
				},
			},
		},
		{
			name: "a pool that waits for the code", pool: waitingPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,email,custom:tier\nann,ann@example.net,gold\n"},
			steps: []step{{
				run:    "apply changes.csv",
				want:   outcome{sent: 1, says: []string{": 0 updated, 1 awaiting verification, 0 failed"}, change: people{"ann": {"custom:tier": "gold"}}},
				unlike: "pending address",
				local: outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{
					"ann": {"custom:tier": "gold", "email": "ann@example.net", "email_verified": "false"}}},
			}},
		},
	}
}

func stopScenarios() []scenario {
	gold := people{"ann": {"custom:tier": "gold"}, "cat": {"custom:tier": "gold"}, "dan": {"custom:tier": "gold"}}
	users := customers()
	users["dan"] = values{"given_name": "Dan"}
	files := map[string]string{"changes.csv": "username,custom:tier\nann,gold\nben,gold\ncat,gold\ndan,gold\n"}
	return []scenario{
		{
			name: "a canary", pool: loyaltyPool(), users: users, files: files,
			steps: []step{
				{run: "apply --limit 1 --workers 1 changes.csv", want: outcome{code: 4, sent: 1, says: []string{"1 of 4 rows finished", "the same command continues"},
					change: people{"ann": {"custom:tier": "gold"}}}},
				{run: "apply changes.csv", want: outcome{sent: 2, says: []string{"done     4 rows", ": 3 updated, 1 unchanged, 0 failed"}, change: gold}},
				{run: "apply changes.run/undo.jsonl", want: outcome{sent: 3, back: true}},
			},
		},
		{
			name: "killed", pool: loyaltyPool(), users: users, files: files,
			steps: []step{
				{run: "apply --workers 1 changes.csv", killAt: 2, want: outcome{code: -1, sent: 2, change: people{"ann": {"custom:tier": "gold"}}}},
				{run: "apply changes.csv", want: outcome{sent: 2, says: []string{"done     4 rows", ", 0 failed"}, change: gold}},
				{run: "apply changes.run/undo.jsonl", want: outcome{sent: 3, back: true}},
			},
		},
		{
			name: "killed while going back", pool: loyaltyPool(), users: users, files: files,
			steps: []step{
				{run: "apply --workers 1 changes.csv", want: outcome{sent: 3, change: gold}},
				{run: "apply --workers 1 changes.run/undo.jsonl", killAt: 3, want: outcome{code: -1, sent: 3,
					change: people{"dan": {"custom:tier": ""}, "cat": {"custom:tier": ""}}}},
				{run: "apply changes.run/undo.jsonl", want: outcome{sent: 1, says: []string{", 0 failed"}, back: true}},
			},
		},
		{
			name: "more than a page", pool: loyaltyPool(), users: crowd(130, ""),
			files: map[string]string{"changes.csv": "username,custom:tier\n" + strings.Join(sortedKeys(crowd(130, "")), ",gold\n") + ",gold\n"},
			steps: []step{
				{run: "plan --read scan changes.csv", want: outcome{says: []string{"for 130 users of the pool (scan: ", "plan.jsonl: 130 updates"}}},
				{run: "apply changes.plan/plan.jsonl", want: outcome{sent: 130, says: []string{": 130 updated, 0 failed"}, change: crowd(130, "gold")}},
				{run: "export -o all.csv"},
				{run: "apply all.csv", want: outcome{says: []string{": 0 updated, 130 unchanged, 0 failed"}}},
				{run: "apply changes.plan.run/undo.jsonl", want: outcome{sent: 130, back: true}},
			},
		},
	}
}

// crowd is many users of one tier.
func crowd(n int, tier string) people {
	all := people{}
	for i := range n {
		all[fmt.Sprintf("user-%04d", i)] = values{"given_name": "User"}
		if tier != "" {
			all[fmt.Sprintf("user-%04d", i)]["custom:tier"] = tier
		}
	}
	return all
}
