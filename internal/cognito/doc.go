// Package cognito is what AWS says: how to reach Amazon Cognito, how to read and change users, what a user
// pool tells of itself, and what an error means. What the pool accepts is in package schema.
//
// # Promise
//
// One call of [AdminUpdater.Update], [UserUpdater.Update], [Client.Pool], [Client.ListUsers],
// [Client.GetUser] or [Client.GetUserByToken] is at most one HTTP request. The SDK's retryer is off and no environment variable or profile can switch it on
// again; redirects are not followed.
// So the caller's pace is the pace that the service sees, and there is one retry policy: the
// caller's. The clients that fetch credentials (STS, SSO, instance metadata) keep the SDK's retries.
//
// Every failure is an [*Error] that says what to do about it: try again, give up the record, or stop
// the run. The rules are one table, in verdicts.go, with a plain sentence and a remedy for each
// exception. A call that the caller cancelled is not an [*Error]: its error is the context's, and
// whether the service applied it is unknown.
//
// # Users' own tokens
//
// With an access token a user is changed without AWS credentials, by [UserUpdater], and read by
// [Client.GetUserByToken]. These calls are not signed, so neither credentials nor the machine's clock
// can fail them, and a client made with [Config.Anonymous] looks for no credentials at all. [ParseToken]
// and [Token.Check] find, without a call, the tokens that Cognito would refuse; whether the pool signed
// a token only Cognito verifies. A token that expires while it waits is an error of its record.
//
// # Secrecy
//
// Error texts never contain credentials, tokens or the attribute values of a record: values that the
// service repeats in its message are blotted out, and of a token every part of eight characters.
// Lengths and the pool's own limits are told. An [*Error] of a call with a token wraps nothing, since
// the SDK's own error holds the message as it came. A [Token] reads <redacted> wherever it is printed.
//
// # Concurrency
//
// A [Client] and its updaters may be used by any number of goroutines.
//
// # Limits
//
// Whether a value is free (aliases, verified addresses) only the service knows.
package cognito
