package listing

import "fmt"

// chain watches the page tokens of one chain for one that comes again: such a list has no end. It keeps one
// token, however long the chain is: that of the last call whose number is a power of two, so that a circle
// is found before it has been gone round three times (Brent's algorithm).
type chain struct {
	of    string // the operation
	calls int64
	kept  string
	at    int64 // the number of the call after which the token is replaced
}

// next takes the token that a call with the token before it gave, and refuses one that leads back.
func (c *chain) next(before, token string) error {
	c.calls++
	if token != "" && (token == before || token == c.kept) {
		return &EndlessError{Operation: c.of, Calls: c.calls}
	}
	if c.calls >= c.at {
		c.kept, c.at = token, 2*c.calls
	}
	return nil
}

// follow asks for the pages of a chain, from one token to the next. The first is "", and so is the one behind the last page.
func follow(operation string, page func(token string) (next string, err error)) error {
	pages, token := chain{of: operation}, ""
	for {
		next, err := page(token)
		if err != nil {
			return err
		}
		if err := pages.next(token, next); err != nil {
			return err
		}
		if token = next; token == "" {
			return nil
		}
	}
}

// EndlessError says that a service lists the same pages over and over.
type EndlessError struct {
	Operation string
	Calls     int64 // after which it was found out
}

func (e *EndlessError) Error() string {
	return fmt.Sprintf("%s gave a pagination token a second time, at call %d: the list has no end", e.Operation, e.Calls)
}

// Hint says what to do about it.
func (e *EndlessError) Hint() string {
	return "the endpoint is at fault; run the same command again later, and if it stays so tell whoever runs it"
}
