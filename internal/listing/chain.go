package listing

import "fmt"

// chain watches the page tokens of one chain for one that comes again: such a list has no end. It keeps one
// token, however long the chain is: that of the last call whose number is a power of two, so that a circle
// is found before it has been gone round three times (Brent's algorithm).
type chain struct {
	calls int64
	kept  string
	at    int64 // the number of the call after which the token is replaced
}

// next takes the token that a call with the token before it gave, and refuses one that leads back.
func (c *chain) next(before, token string) error {
	c.calls++
	if token != "" && (token == before || token == c.kept) {
		return &EndlessError{Calls: c.calls}
	}
	if c.calls >= c.at {
		c.kept, c.at = token, 2*c.calls
	}
	return nil
}

// EndlessError says that a service lists the same pages over and over.
type EndlessError struct {
	Calls int64 // after which it was found out
}

func (e *EndlessError) Error() string {
	return fmt.Sprintf("ListUsers gave a pagination token a second time, at call %d: the list of users has no end", e.Calls)
}

// Hint says what to do about it.
func (e *EndlessError) Hint() string {
	return "the endpoint is at fault; run the same command again later, and if it stays so tell whoever runs it"
}
