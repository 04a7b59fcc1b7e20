package cognito

import "strings"

// meaning is what an exception is found by: the operation, or none, and the code.
type meaning struct{ op, code string }

// byMeaning finds the exceptions of an operation and a code. It is built once and only read.
var byMeaning = func() map[meaning][]*exception {
	m := make(map[meaning][]*exception, len(exceptions))
	for i := range exceptions {
		of := meaning{exceptions[i].op, exceptions[i].code}
		m[of] = append(m[of], &exceptions[i])
	}
	return m
}()

func known(code string) bool { return byMeaning[meaning{code: code}] != nil }

// lookup returns the exception of that code in an operation, by AWS's message where the code alone
// doesn't tell. One that nobody has foreseen is taken for the record's, unless it comes for all; an
// answer without any code is taken for the network's.
func lookup(op, code, message string) exception {
	x, ok := find(op, code, message)
	switch {
	case ok && x.keys && byToken(op):
		x.says, x.remedy, x.renews = keyless, openly, false
		return x
	case ok:
		return x
	case strings.HasPrefix(code, "HTTP"):
		return exception{admin: again, user: again,
			says: "an answer without an error code", remedy: goes}
	default:
		return exception{admin: suspect, user: suspect,
			says: "the service refused the call", remedy: "see the message"}
	}
}

// find looks for an exception of the operation itself, then of its kinds, then of all.
func find(op, code, message string) (exception, bool) {
	message = strings.ToLower(message)
	for _, kind := range kindsOf(op) {
		for _, x := range byMeaning[meaning{kind, code}] {
			if strings.Contains(message, x.message) {
				return *x, true
			}
		}
	}
	return exception{}, false
}

// kindsOf lists what the exceptions of an operation stand under, the most special first.
func kindsOf(op string) []string {
	kinds := []string{op}
	if byToken(op) {
		kinds = append(kinds, withToken)
	}
	if op == listUsers || op == listGroups || op == usersInGroup {
		kinds = append(kinds, toList)
	}
	if op != adminUpdate && op != userUpdate {
		kinds = append(kinds, toRead)
	}
	return append(kinds, "")
}

// verdict is what the exception means for an operation.
func (x exception) verdict(op string) verdict {
	if byToken(op) {
		return x.user
	}
	return x.admin
}
