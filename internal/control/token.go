package control

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/shell"
)

// How long a token is.
const (
	tokenBytes    = 32 // of chance, in one that is made
	shortestToken = 32 // characters, in one that is given
	longestToken  = 512
	fewestLetters = 8 // different ones: "aaaa" is no secret
)

// token is what who looks at a run and steers it by a port has to know. Others on this machine can reach the port, too.
type token string

// makeToken makes one of 256 bits.
func makeToken() token {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program
	return token(base64.RawURLEncoding.EncodeToString(b[:]))
}

// readToken reads one from a file that not everybody can read.
func readToken(path string) (token, error) {
	text, err := secret(path)
	if err != nil {
		return "", err
	}
	t := token(strings.TrimSpace(text))
	letters := map[rune]bool{}
	for _, r := range t {
		if !isTokenRune(r) {
			return "", badToken(path, "has a character that no token has")
		}
		letters[r] = true
	}
	switch {
	case len(t) < shortestToken:
		return "", badToken(path, fmt.Sprintf("holds less than %d characters", shortestToken))
	case len(t) > longestToken:
		return "", badToken(path, fmt.Sprintf("holds more than %d characters", longestToken))
	case len(letters) < fewestLetters:
		return "", badToken(path, "holds no token that is hard to guess")
	}
	return t, nil
}

// secret is the content of a file that is private.
func secret(path string) (string, error) {
	f, err := disk.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", badToken(path, "is not there")
	}
	if err != nil {
		return "", &refusal.UsageError{Err: err, Remedy: "it has to be a file that this user can read"}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if shared := info.Mode().Perm() & 0o027; shared != 0 && runtime.GOOS != "windows" {
		return "", &refusal.UsageError{Err: fmt.Errorf("%s can be read by others, or changed by its group", prose.Printable(path)),
			Remedy: "chmod 600 " + shell.File(path)}
	}
	data, err := io.ReadAll(io.LimitReader(f, 2*longestToken))
	return string(data), err
}

// isTokenRune tells the characters that RFC 6750 lets a bearer token have.
func isTokenRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~+/=", r)
}

func badToken(path, what string) error {
	return &refusal.UsageError{Err: fmt.Errorf("%s %s", prose.Printable(path), what),
		Remedy: fmt.Sprintf("make one: (umask 077; head -c 32 /dev/urandom | base64 > %s)", shell.File(path))}
}

// is tells whether a header has the token. How long it takes tells nothing of it.
func (t token) is(header string) bool {
	scheme, given, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	want, got := sha256.Sum256([]byte(t)), sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}
