package control

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"attrmigrate/internal/refusal"
)

func TestMakeToken(t *testing.T) {
	one, other := makeToken(), makeToken()
	if bits, err := base64.RawURLEncoding.DecodeString(string(one)); err != nil || len(bits) != 32 {
		t.Errorf("%d bytes, %v", len(bits), err)
	}
	if one == other {
		t.Error("two tokens are the same")
	}
}

func TestReadToken(t *testing.T) {
	const good = "hq3v0Jb8Zr1T/yJm+Q2w7uXo9sLk4dNfCe5aPgRiVBM="
	for _, test := range []struct {
		name, content string
		mode          os.FileMode
		says, hint    string
	}{
		{"as it is made", good + "\n", 0o600, "", ""},
		{"without a line end", good, 0o400, "", ""},
		{"of Windows", good + "\r\n", 0o600, "", ""},
		{"of a group, as a secret of Kubernetes is", good, 0o440, "", ""},
		{"that others read", good, 0o644, "can be read by others", "chmod 600 "},
		{"that its group writes", good, 0o660, "or changed by its group", "chmod 600 "},
		{"that is short", good[:31], 0o600, "holds less than 32 characters", "make one: (umask 077; "},
		{"that is empty", "\n", 0o600, "holds less than 32 characters", ""},
		{"that is long", strings.Repeat(good, 20), 0o600, "holds more than 512 characters", ""},
		{"of two lines", good + "\n" + good, 0o600, "has a character that no token has", ""},
		{"of other characters", "ä" + good, 0o600, "has a character that no token has", ""},
		{"that is easy to guess", strings.Repeat("abc", 20), 0o600, "hard to guess", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "token")
			if err := os.WriteFile(path, []byte(test.content), test.mode); err != nil {
				t.Fatal(err)
			}
			if runtime.GOOS == "windows" && strings.HasPrefix(test.hint, "chmod") {
				t.Skip("files have no modes")
			}
			if err := os.Chmod(path, test.mode); err != nil {
				t.Fatal(err)
			}
			got, err := readToken(path)
			if test.says == "" {
				if err != nil || got != good {
					t.Errorf("%q, %v", got, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(refusal.HintOf(err), test.hint) {
				t.Fatalf("%v, hint %q; want %s", err, refusal.HintOf(err), test.says)
			}
			if content := strings.TrimSpace(test.content); content != "" && strings.Contains(err.Error()+refusal.HintOf(err), content) {
				t.Errorf("the token is told: %v", err)
			}
		})
	}
	if _, err := readToken(filepath.Join(t.TempDir(), "token")); err == nil || !strings.Contains(err.Error(), "is not there") {
		t.Error(err)
	}
	if _, err := readToken(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Error(err)
	}
}
