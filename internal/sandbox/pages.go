package sandbox

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"iter"
	"slices"
)

// maxPage is the most users, groups or pools in one answer, and how many there are if nothing is asked for.
const maxPage = 60

// chain names what a chain of pages of users is about. Its tokens hold for the same pool and question only, whatever
// users are created or deleted meanwhile, and nobody is in two pages.
type chain struct{ pool, question string }

// seenUser is a user with the state in which a page shows it.
type seenUser struct {
	*user
	seen *userState
}

// page takes the first users of a sequence, and makes a token if there are more.
func (c chain) page(users iter.Seq2[*user, *userState], limit int) (page []seenUser, token string) {
	if limit == 0 {
		limit = maxPage
	}
	for u, state := range users {
		if len(page) == limit {
			return page, c.token(page[limit-1].ordinal)
		}
		page = append(page, seenUser{u, state})
	}
	return page, ""
}

// token names the place behind a user.
func (c chain) token(ordinal int64) string {
	return base64.URLEncoding.EncodeToString(fmt.Appendf(nil, "%08x.%d", c.fingerprint(), ordinal))
}

func (c chain) fingerprint() uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%q %q", c.pool, c.question)
	return h.Sum32()
}

// position returns the ordinal that a token names, 0 for no token.
func (c chain) position(token string) (int64, error) {
	if token == "" {
		return 0, nil
	}
	var fingerprint uint32
	var ordinal int64
	text, err := base64.URLEncoding.DecodeString(token)
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%08x.%d", &fingerprint, &ordinal)
	}
	if err != nil || fingerprint != c.fingerprint() || ordinal < 0 {
		return 0, errToken()
	}
	return ordinal, nil
}

func errToken() error { return invalidParameter("Invalid pagination token") }

// pageOf takes a page of things in the order of their keys: those behind the one that the token names. The next token is
// empty on the last page.
func pageOf[T any](all []T, key func(T) string, limit int, token string) (page []T, next string, err error) {
	if limit == 0 {
		limit = maxPage
	}
	if token != "" {
		last, err := base64.URLEncoding.DecodeString(token)
		if err != nil {
			return nil, "", errToken()
		}
		from := slices.IndexFunc(all, func(t T) bool { return key(t) > string(last) })
		if from < 0 {
			return nil, "", nil
		}
		all = all[from:]
	}
	if len(all) <= limit {
		return all, "", nil
	}
	return all[:limit], base64.URLEncoding.EncodeToString([]byte(key(all[limit-1]))), nil
}
