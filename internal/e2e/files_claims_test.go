package e2e

import "attrmigrate/internal/sandbox"

// claimFiles give users the addresses by which others sign in.
var claimFiles = []fileCase{
	{name: "an address of another case in a pool that heeds it", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,email,email_verified\nmia,NED@example.com,true\n",
		after: map[string]string{"mia email": "NED@example.com", "mia email_verified": "true"}},
	{name: "a flag whose address nobody else has", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,email_verified\nolga,true\n",
		after: map[string]string{"olga email_verified": "true"}},
	{name: "a flag that is given up", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,email_verified\nned2,false\n",
		after: map[string]string{"ned2 email_verified": "false"}},
	{name: "a flag without a telephone", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,phone_number_verified\nmia,True\n",
		fails: map[int]string{2: "phone_number"}},
	{name: "a flag without an address that is false", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,email_verified\nmia,false\nolga,true\n",
		after: map[string]string{"olga email_verified": "true"}},
	{name: "a flag without an address", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,email_verified\nmia,true\nolga,true\n",
		fails: map[int]string{2: "email"}, after: map[string]string{"olga email_verified": "true"}},
	{name: "a flag alone takes an alias", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,email_verified\nned,true\n",
		refuses: []string{"x.csv:2", "--allow-takeover"}},
	{name: "a flag alone in capitals", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,email_verified\nned,TRUE\n",
		refuses: []string{"x.csv:2", "--allow-takeover"}},
	{name: "a flag beside the same address", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,email,email_verified\nned,ned@example.com,true\n",
		refuses: []string{"x.csv:2", "--allow-takeover"}},
	{name: "a new address that another has", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,email,email_verified\nmia,ned@example.com,true\n",
		refuses: []string{"x.csv:2", "--allow-takeover"}},
	{name: "a flag of a telephone", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,phone_number_verified\npat,true\n",
		refuses: []string{"x.csv:2", "--allow-takeover"}},
	{name: "a flag alone in a long file", file: "x.csv", pool: thievesPool, people: aliasPeople, text: "username,attribute,value\nned,email_verified,true\n",
		refuses: []string{"x.csv:2", "--allow-takeover"}},
	{name: "a flag alone in JSON", file: "x.jsonl", pool: thievesPool, people: aliasPeople, text: `{"username":"ned","attributes":{"email_verified":"true"}}` + "\n",
		refuses: []string{"x.jsonl:1", "--allow-takeover"}},
	{name: "two who are given one address", file: "x.csv", pool: thievesPool, people: aliasPeople,
		text: "username,email,email_verified\nmia,new@example.com,true\nolga,new@example.com,true\n", refuses: []string{"x.csv:2", "x.csv:3", "--allow-takeover"}},
	{name: "two of whom one has only the flag", file: "x.csv", pool: thievesPool, people: aliasPeople,
		text: "username,email,email_verified\nned,,true\nned2,,true\n", refuses: []string{"x.csv:2", "--allow-takeover"}},
	{name: "an alias that is taken, as one may", file: "x.csv", pool: thievesPool, people: aliasPeople, flags: "--allow-takeover", text: "username,email_verified\nned,true\n",
		told: map[string]int{"address-held": 1}, says: []string{"x.csv:2"}, after: map[string]string{"ned email_verified": "true", "ned2 email_verified": "false"}},
	{name: "an address in capitals takes that of another", file: "x.csv", pool: caselessThievesPool, people: aliasPeople, text: "username,email,email_verified\nmia,OLGA@example.com,true\nned2,Olga@Example.com,true\n",
		refuses: []string{"x.csv:2", "--allow-takeover"}},
	{name: "an address that is a username", file: "x.csv", pool: namesPool, people: addressPeople, text: "username,email,email_verified\nann@example.com,bob@example.com,true\n",
		told:  map[string]int{"address-held": 1, "name-changed": 1},
		fails: map[int]string{2: "another user"}},
}

const thievesPool = `{"UserPool":{"Id":"us-east-1_Aliases00","Name":"aliases","AliasAttributes":["email","phone_number"],"AutoVerifiedAttributes":["email"],
"UsernameConfiguration":{"CaseSensitive":true},"SchemaAttributes":[
{"Name":"custom:tier","AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MinLength":"0","MaxLength":"256"}}]}}`

const caselessThievesPool = `{"UserPool":{"Id":"us-east-1_Aliases00","Name":"aliases","AliasAttributes":["email","phone_number"],"AutoVerifiedAttributes":["email"],
"UsernameConfiguration":{"CaseSensitive":false},"SchemaAttributes":[
{"Name":"custom:tier","AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MinLength":"0","MaxLength":"256"}}]}}`

const namesPool = `{"UserPool":{"Id":"us-east-1_Address00","Name":"addresses","UsernameAttributes":["email"],"AutoVerifiedAttributes":["email"],
"UsernameConfiguration":{"CaseSensitive":false},"SchemaAttributes":[
{"Name":"custom:tier","AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MinLength":"0","MaxLength":"256"}}]}}`

var aliasPeople = []sandbox.User{
	person("mia", "name", "no mail"),
	person("ned", "email", "ned@example.com", "email_verified", "false"),
	person("ned2", "email", "ned@example.com", "email_verified", "true"),
	person("olga", "email", "olga@example.com", "email_verified", "false"),
	person("pat", "phone_number", "+15555550111", "phone_number_verified", "false"),
	person("pat2", "phone_number", "+15555550111", "phone_number_verified", "true"),
}

var addressPeople = []sandbox.User{
	person("ann@example.com", "email", "ann@example.com", "email_verified", "true", "sub", annSub),
	person("bob@example.com", "email", "bob@example.com", "email_verified", "true"),
}
