package disk

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Private is a directory of this process alone, with what means nothing to others and goes with the process. One that is
// killed leaves it behind: who makes the next one in the same place removes it.
type Private struct {
	Path  string   // without links
	claim *os.File // is kept to this process: whose claim can be had, its process has ended
}

const (
	privateName  = "attrmigrate-work-"
	privateClaim = ".claim" // beside what others make there
	// privateTries is how often one is made anew because another process took it for one that was left behind, in the moment
	// before it was claimed.
	privateTries = 10
)

// MakePrivate makes a private directory in another one (empty: where the system has temporary files), and removes those
// that processes of this user have left there, which were killed.
func MakePrivate(in string) (*Private, error) {
	in, err := filepath.EvalSymlinks(cmp.Or(in, os.TempDir()))
	if err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		p, err := makePrivate(in)
		if err == nil {
			p.sweep(in)
			return p, nil
		}
		if !errors.Is(err, fs.ErrNotExist) || n == privateTries {
			return nil, err
		}
	}
}

func makePrivate(in string) (*Private, error) {
	path, err := os.MkdirTemp(in, privateName)
	if err != nil {
		return nil, err
	}
	p := &Private{Path: path}
	if p.claim, err = os.OpenFile(p.claimPath(), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	alone, err := Claim(p.claim)
	if err == nil && (!alone || !sameOpen(p.claim, p.claimPath())) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Private) claimPath() string { return filepath.Join(p.Path, privateClaim) }

// sameOpen tells whether a path leads to a file that is open.
func sameOpen(f File, path string) bool {
	open, err1 := f.Stat()
	there, err2 := os.Lstat(path)
	return err1 == nil && err2 == nil && os.SameFile(open, there)
}

// Close removes it with all that is in it.
func (p *Private) Close() error { return errors.Join(p.claim.Close(), os.RemoveAll(p.Path)) }

// sweep removes the directories of processes that have ended. What cannot be removed stays for the next one.
func (p *Private) sweep(in string) {
	entries, err := os.ReadDir(in)
	if err != nil || !p.excludes() {
		return
	}
	for _, e := range entries {
		path := filepath.Join(in, e.Name())
		info, err := e.Info()
		if err == nil && e.IsDir() && path != p.Path && strings.HasPrefix(e.Name(), privateName) && own(info) {
			abandoned(path)
		}
	}
}

// excludes tells whether a claim keeps others out: where the file system has no such locks, anybody can have any.
func (p *Private) excludes() bool {
	again, err := os.OpenFile(p.claimPath(), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer again.Close()
	had, err := Claim(again)
	return err == nil && !had
}

// abandoned removes a directory whose claim can be had. One that is yet to be claimed has nothing in it.
func abandoned(path string) {
	claim, err := os.OpenFile(filepath.Join(path, privateClaim), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		_ = os.Remove(path)
		return
	}
	if err != nil {
		return
	}
	had, err := Claim(claim)
	if err == nil && had {
		_ = os.RemoveAll(path) // where an open file keeps its name, the next one gets the rest
	}
	_ = claim.Close()
}
