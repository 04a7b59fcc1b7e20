package e2e

func changeScenarios() []scenario {
	return []scenario{
		{
			name: "CSV", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier,custom:points,nickname,locale\n" +
				"ann,gold,20,,de\nben,gold,,<delete>,\ncat,bronze,007,\"Cat, the\",\nben,gold,,,\n"},
			steps: []step{
				{run: "apply changes.csv", want: outcome{sent: 3, says: []string{": 3 updated, 1 unchanged, 0 failed"}, change: people{
					"ann": {"custom:tier": "gold", "custom:points": "20", "locale": "de"},
					"ben": {"nickname": ""},
					"cat": {"custom:tier": "bronze", "custom:points": "007", "nickname": "Cat, the"}}}},
				{run: "apply changes.csv", want: outcome{says: []string{"done     already"}}},
				{run: "apply --restart changes.csv", want: outcome{says: []string{": 0 updated, 4 unchanged, 0 failed"}}},
				{run: "apply --restart changes.csv", meanwhile: people{"cat": {"nickname": ""}},
					want: outcome{sent: 1, says: []string{": 1 updated, 3 unchanged, 0 failed"}, change: people{"cat": {"nickname": "Cat, the"}}}},
			},
		},
		{
			name: "CSV, a row for each attribute", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,attribute,value\nann,custom:tier,gold\nann,locale,de\ncat,nickname,Kitty\nben,nickname,<delete>\n"},
			steps: []step{{run: "apply changes.csv", want: outcome{sent: 3, says: []string{": 3 updated, 0 failed"}, change: people{
				"ann": {"custom:tier": "gold", "locale": "de"}, "ben": {"nickname": ""}, "cat": {"nickname": "Kitty"}}}}},
		},
		{
			name: "JSONL", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.jsonl": `{"username":"ann","attributes":{"custom:points":20.50,"custom:tier":null,"nickname":""}}
{"Username":"ben","UserAttributes":[{"Name":"custom:tier","Value":"silver"},{"Name":"nickname","Value":""}]}
{"Username":"cat","Attributes":[{"Name":"sub","Value":"{sub cat}"},{"Name":"locale","Value":"de"},{"Name":"name","Value":"größe \u2028 \"x\""}]}
`},
			steps: []step{{run: "apply changes.jsonl", want: outcome{sent: 3, says: []string{": 3 updated, 0 failed"}, change: people{
				"ann": {"custom:points": "20.50", "custom:tier": ""},
				"ben": {"custom:tier": "silver", "nickname": ""},
				"cat": {"locale": "de", "name": "größe \u2028 \"x\""}}}}},
		},
		{
			name: "undo", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier,nickname,email\n" +
				"ann,gold,Annie,ann@example.net\nben,tin,<delete>,ben@example.com\ncat,tin,,\n"},
			steps: []step{
				{run: "apply --workers 1 changes.csv", want: outcome{sent: 3, says: []string{": 3 updated, 0 failed"}, change: people{
					"ann": {"custom:tier": "gold", "nickname": "Annie", "email": "ann@example.net", "email_verified": "false"},
					"ben": {"custom:tier": "tin", "nickname": "", "email": "ben@example.com", "email_verified": "false"},
					"cat": {"custom:tier": "tin"}}}},
				{run: "apply --workers 1 changes.run/undo.jsonl", want: outcome{sent: 3, says: []string{": 3 updated, 0 failed"}, back: true}},
				{run: "apply changes.undo.run/undo.jsonl", meanwhile: people{"cat": {"custom:tier": "lead"}}, want: outcome{code: 3, sent: 2,
					says: []string{": 2 updated, 1 failed"}, failed: []string{"1 conflict Conflict"}, change: people{
						"ann": {"custom:tier": "gold", "nickname": "Annie", "email": "ann@example.net", "email_verified": "false"},
						"ben": {"custom:tier": "tin", "nickname": "", "email": "ben@example.com", "email_verified": "false"}}}},
			},
		},
		{
			name: "without reading", pool: loyaltyPool(), users: customers(),
			files: map[string]string{
				"changes.csv": "username,custom:tier,nickname\nann,gold,<delete>\nben,gold,\n",
				"strange.csv": "username,custom:tier\nnobody,gold\nben,tin\n",
			},
			steps: []step{
				{run: "apply --no-read changes.csv", want: outcome{sent: 2, says: []string{": 2 updated, 0 failed"}, change: people{"ann": {"custom:tier": "gold"}}}},
				{
					run: "apply --no-read strange.csv",
					want: outcome{code: 3, sent: 2, says: []string{": 1 updated, 1 failed"}, failed: []string{"2 refused UserNotFoundException"},
						change: people{"ben": {"custom:tier": "tin"}}},
					unlike: "nobody",
					local: outcome{code: 3, sent: 2, says: []string{": 1 updated, 1 failed"}, failed: []string{"2 setup NotAuthorizedException"},
						change: people{"ben": {"custom:tier": "tin"}}},
				},
			},
		},
	}
}

func failureScenarios() []scenario {
	return []scenario{
		{
			name: "rows that fail", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier,custom:points,custom:joined,given_name,email,birthdate\n" +
				"ann,gold,,,,,\n" +
				"nobody,gold,,,,,\n" +
				"ben,much too long for this pool,,,,,\n" +
				"cat,,ten,,,,\n" +
				"cat,,-1,,,,\n" +
				"cat,,,2025,,,\n" +
				"cat,,,,<delete>,,\n" +
				"cat,,,,,not an address,\n"},
			steps: []step{
				{run: "apply changes.csv", want: outcome{code: 3, sent: 1, says: []string{": 1 updated, 7 failed"}, change: people{"ann": {"custom:tier": "gold"}},
					failed: []string{"3 refused UserNotFoundException", "4 schema ValueTooLong", "5 schema NotANumber", "6 schema OutOfRange",
						"7 schema ImmutableAttribute", "8 schema RequiredAttribute", "9 schema BadEmail"}}},
				{run: "apply changes.run/errors.csv", want: outcome{code: 3, says: []string{": 0 updated, 7 failed"},
					failed: []string{"any refused UserNotFoundException", "any schema BadEmail", "any schema ImmutableAttribute", "any schema NotANumber",
						"any schema OutOfRange", "any schema RequiredAttribute", "any schema ValueTooLong"}}},
			},
		},
		{
			name: "all or nothing", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier\nann,gold\nben,much too long for this pool\n"},
			steps: []step{{run: "apply --max-failures 0 changes.csv", want: outcome{code: 1, says: []string{"1 of 2 rows can't be applied", "nothing was written"}}}},
		},
		{
			name: "unknown attribute", pool: loyaltyPool(), users: customers(),
			files: map[string]string{
				"changes.csv":   "username,custom:teir\nann,gold\n",
				"changes.jsonl": `{"username":"ann","attributes":{"custom:teir":"gold"}}` + "\n" + `{"username":"ben","attributes":{"custom:tier":"tin"}}` + "\n",
			},
			steps: []step{
				{run: "apply changes.csv", want: outcome{code: 2, says: []string{"column custom:teir: the pool has no such attribute, did you mean custom:tier?"}}},
				{run: "apply changes.jsonl", want: outcome{code: 3, sent: 1, says: []string{": 1 updated, 1 failed"}, failed: []string{"1 schema UnknownAttribute"},
					change: people{"ben": {"custom:tier": "tin"}}}},
			},
		},
		{
			name: "preconditions", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier,expect:custom:tier,expect:nickname\nann,tin,silver,<delete>\nben,tin,silver,\ncat,tin,,Kitty\n"},
			steps: []step{{run: "apply changes.csv", want: outcome{code: 3, sent: 1, says: []string{": 1 updated, 2 failed"},
				failed: []string{"3 conflict Conflict", "4 conflict Conflict"}, change: people{"ann": {"custom:tier": "tin"}}}}},
		},
		{
			name: "unknown pool", pool: loyaltyPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier\nann,gold\n"},
			steps: []step{{run: "apply --user-pool-id us-east-1_Nowhere00 changes.csv", want: outcome{code: 1, says: []string{"no such user pool: ResourceNotFoundException"}}}},
		},
		{
			name: "developer attribute", pool: developerPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,dev:cost\nann,high\n"},
			steps: []step{{
				run:    "apply changes.csv",
				want:   outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{"ann": {"dev:cost": "high"}}},
				unlike: "developer attribute",
				local:  outcome{code: 2, says: []string{"column dev:cost: the pool has no such attribute"}},
			}},
		},
	}
}

func nameScenarios() []scenario {
	return []scenario{
		{
			name: "by sub", pool: loyaltyPool(), users: customers(),
			files: map[string]string{
				"changes.csv": "sub,custom:tier\n{sub ann},gold\n{sub ben},tin\n5a4d0b0c-0000-4000-8000-000000000000,tin\n",
				"other.csv":   "username,sub,custom:tier\nann,{sub ann},bronze\nben,{sub ann},bronze\n",
			},
			steps: []step{
				{run: "apply changes.csv", want: outcome{code: 3, sent: 2, says: []string{": 2 updated, 1 failed"}, failed: []string{"4 refused UserNotFoundException"},
					change: people{"ann": {"custom:tier": "gold"}, "ben": {"custom:tier": "tin"}}}},
				{run: "apply other.csv", want: outcome{code: 3, sent: 1, failed: []string{"3 conflict OtherUser"}, change: people{"ann": {"custom:tier": "bronze"}}}},
			},
		},
		{
			name: "by alias", pool: aliasPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier\nann@example.com,gold\n"},
			steps: []step{{
				run:    "apply changes.csv",
				want:   outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{"ann": {"custom:tier": "gold"}}},
				unlike: "alias",
				local:  outcome{code: 3, failed: []string{"2 refused UserNotFoundException"}},
			}},
		},
		{
			name: "in another case", pool: foldingPool(), users: customers(),
			files: map[string]string{"changes.csv": "username,custom:tier\nANN,gold\n"},
			steps: []step{{
				run:    "apply changes.csv",
				want:   outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{"ann": {"custom:tier": "gold"}}},
				unlike: "case",
				local:  outcome{code: 3, failed: []string{"2 refused UserNotFoundException"}},
			}},
		},
		{
			name: "by address", pool: addressPool(), users: people{
				"ann@example.com": {"given_name": "Ann", "email": "ann@example.com", "email_verified": "true", "custom:tier": "silver"},
				"ben@example.com": {"given_name": "Ben", "email": "ben@example.com", "email_verified": "true"},
			},
			files: map[string]string{
				"changes.csv": "username,custom:tier,email\nann@example.com,gold,ann@example.net\n{username ben@example.com},tin,\ncat@example.com,tin,\n",
				"double.csv":  "username,email\n{sub ben@example.com},ann@example.com\n",
			},
			steps: []step{
				{run: "apply changes.csv", want: outcome{code: 3, sent: 2, says: []string{": 2 updated, 1 failed"}, failed: []string{"4 refused UserNotFoundException"}, change: people{
					"ann@example.com": {"custom:tier": "gold", "email": "ann@example.net", "email_verified": "false"},
					"ben@example.com": {"custom:tier": "tin"}}}},
				{run: "apply changes.run/undo.jsonl", want: outcome{sent: 2, says: []string{": 2 updated, 0 failed"}, back: true}},
				{
					run:    "apply double.csv",
					want:   outcome{code: 3, sent: 1, failed: []string{"2 refused AliasExistsException"}},
					unlike: "shared address",
					local: outcome{sent: 1, says: []string{": 1 updated, 0 failed"}, change: people{
						"ben@example.com": {"email": "ann@example.com", "email_verified": "false"}}},
				},
			},
		},
	}
}
