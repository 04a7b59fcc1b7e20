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
