package schema

import "strings"

// NoAddress refuses a verified flag that is to be true where its user has no such address: Cognito does ("Email is
// required to verify/un-verify an email").
func NoAddress(flag string) *ValueError {
	address := strings.TrimSuffix(flag, "_verified")
	what := map[string]string{"email": "e-mail address", "phone_number": "phone number"}[address]
	return &ValueError{Attribute: flag, Msg: "the user has no " + what + " that could be verified", code: "NoAddress",
		hint: "give " + address + " in the same record, or take the flag out"}
}
