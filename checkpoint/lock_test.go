package checkpoint

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/disk/crash"
)

func TestLockKeepsASecondOut(t *testing.T) {
	dir := t.TempDir()
	first, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Acquire(dir)
	held, ok := errors.AsType[*HeldError](err)
	if !ok || held.PID != os.Getpid() {
		t.Fatalf("a second Acquire: %v, want a *HeldError that names process %d", err, os.Getpid())
	}
	want := fmt.Sprintf("%s: %s is at work in this run directory: process %d on %s, since %s",
		filepath.Join(dir, "lock"), filepath.Base(os.Args[0]), os.Getpid(), held.Host, held.Since.Format(time.RFC3339))
	if err.Error() != want {
		t.Errorf("text: %v\nwant  %s", err, want)
	}
	if !strings.Contains(held.Hint(), "name another directory") {
		t.Errorf("hint: %s", held.Hint())
	}

	if info, held, err := Holder(dir); !held || info.PID != os.Getpid() || err != nil {
		t.Errorf("Holder = %+v, %t, %v", info, held, err)
	}
	for range 2 { // a second Release is nothing
		if err := first.Release(); err != nil {
			t.Fatal(err)
		}
	}
	if info, held, err := Holder(dir); held || info != (Info{}) || err != nil {
		t.Errorf("Holder after Release = %+v, %t, %v", info, held, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "lock")); err != nil {
		t.Errorf("Release removed the file: %v", err)
	}
	again, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Release()
}

func TestHeldErrorWithoutAHolder(t *testing.T) {
	err := &HeldError{Path: "a.run/lock"}
	if want := "a.run/lock: another process is at work in this run directory"; err.Error() != want {
		t.Errorf("text: %v", err)
	}
}

func TestHolderOf(t *testing.T) {
	tests := []struct {
		name    string
		content string // of the lock file; none if empty
		want    Info
	}{
		{"no lock file", "", Info{}},
		{"never written", "\n", Info{}},
		{"garbage", "\n\x00\xff{", Info{}},
		{"cut short", "\n{\"pid\":12", Info{}},
		{"left by a dead process", "\n{\"pid\":12,\"host\":\"h\",\"command\":\"c\"}\n", Info{PID: 12, Host: "h", Command: "c"}},
		{"longer than it can be", "\n" + strings.Repeat(" ", maxInfo) + "{}", Info{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if tt.content != "" {
				if err := os.WriteFile(filepath.Join(dir, "lock"), []byte(tt.content), 0o400); err != nil {
					t.Fatal(err)
				}
			}
			if runtime.GOOS != "windows" {
				os.Chmod(dir, 0o500) // looking must not need to write
				defer os.Chmod(dir, 0o700)
			}
			info, held, err := Holder(dir)
			if info != tt.want || held || err != nil {
				t.Errorf("Holder = %+v, %t, %v; want %+v", info, held, err, tt.want)
			}
		})
	}
}

// While others look, again and again, a lock is taken all the same.
func TestHolderDoesNotKeepAcquireOut(t *testing.T) {
	dir := t.TempDir()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				Holder(dir)
			}
		}
	}()
	for range 20 {
		l, err := Acquire(dir)
		if err != nil {
			t.Error(err)
			break
		}
		if err := l.Release(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	<-stopped
}

// Behind a crash there is no file without the lock, which says whose the directory is.
func TestLockComesFirst(t *testing.T) {
	root := t.TempDir()
	d, err := crash.New(root)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := prepare(d, filepath.Join(root, LockName)); err != nil {
		t.Fatal(err)
	}
	if err := disk.WriteFile(d, filepath.Join(root, "other"), []byte("x")); err != nil {
		t.Fatal(err)
	}
	for s := range d.States(crash.All) {
		dir := t.TempDir()
		if err := s.Restore(dir); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) > 0 && entries[0].Name() != LockName {
			t.Errorf("no lock beside %v: %s", entries, s)
		}
		l, err := Acquire(dir)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if err := l.Release(); err != nil {
			t.Error(err)
		}
	}
}

func TestAcquireInAnAbsentDirectory(t *testing.T) {
	_, err := Acquire(filepath.Join(t.TempDir(), "absent"))
	if !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "lock the run directory: ") {
		t.Errorf("Acquire: %v", err)
	}
}

// A process that is killed leaves its lock file, and no lock.
func TestLockOfAKilledProcess(t *testing.T) {
	if dir := os.Getenv("CHECKPOINT_TEST_LOCK"); dir != "" {
		holdForEver(dir)
		return
	}
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestLockOfAKilledProcess$")
	child.Env = append(os.Environ(), "CHECKPOINT_TEST_LOCK="+dir)
	stdin, err := child.StdinPipe() // the child ends with it, whatever happens here
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}

	_, err = Acquire(dir)
	if held, ok := errors.AsType[*HeldError](err); !ok || held.PID != child.Process.Pid {
		t.Errorf("Acquire beside it: %v, want process %d to be named", err, child.Process.Pid)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // says that it was killed
	if info, held, err := Holder(dir); held || info.PID != child.Process.Pid || err != nil {
		t.Errorf("Holder = %+v, %t, %v; want the dead process, and no holder", info, held, err)
	}
	l, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
}

// holdForEver is the child's part: it says when it has the lock, and keeps it until it is killed.
func holdForEver(dir string) {
	l, err := Acquire(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	runtime.KeepAlive(l) // an unreachable lock is closed by the garbage collector
}

// TestReleaseUnsaved: how a run ended that could not be saved is told until the next process comes.
func TestReleaseUnsaved(t *testing.T) {
	dir := t.TempDir()
	lock, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.ReleaseUnsaved(End{Reason: "the disk is full", Hint: "make room"}); err != nil {
		t.Fatal(err)
	}
	info, held, err := Holder(dir)
	if err != nil || held || info.End == nil || *info.End != (End{"the disk is full", "make room"}) {
		t.Errorf("%+v, held %v, %v", info, held, err)
	}
	if lock, err = Acquire(dir); err != nil {
		t.Fatal(err)
	}
	if info, held, err := Holder(dir); err != nil || !held || info.End != nil {
		t.Errorf("taken again: %+v, held %v, %v", info, held, err)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
	if info, held, err := Holder(dir); err != nil || held || info != (Info{}) {
		t.Errorf("released: %+v, held %v, %v", info, held, err)
	}
}

// TestIsLock: whatever a crash leaves of a lock is one, and what others write is not.
func TestIsLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), LockName)
	for text, want := range map[string]bool{
		"": true, "\n": true, "\n{\"pid\":12,\"host\":\"h\"}\n": true, "\n{\"pi": true, "\n\x00\x00\x00": true, "\x00\x00": true, "\n\x00\x00\x00:12,\"host\":\"h\"}\n": true,
		"the only copy of these notes": false, "1234\n": false, "\n\nnotes": false, "{\"pid\":12}": false,
		"\n{\"pid\":12,\"host\":\"" + strings.Repeat("h", maxInfo) + "\"}\n": false, // larger than ours are
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := IsLock(path); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// TestInPlace: a lock is one of its directory only while its file is the one in there.
func TestInPlace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tiers.run")
	take := func() *Lock {
		l, err := Acquire(dir)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	l := take()
	defer l.Release()
	if !l.inPlace() {
		t.Error("it is not in its place")
	}
	if runtime.GOOS == "windows" {
		t.Skip("a directory with an open file in it is not renamed")
	}
	if err := errors.Join(os.Rename(dir, dir+".kept"), os.Mkdir(dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	if l.inPlace() {
		t.Error("it is in its place, and there is none")
	}
	other := take()
	defer other.Release()
	if l.inPlace() || !other.inPlace() {
		t.Error("it is taken for the one that is there now")
	}
	if l.Moved(dir + ".kept"); !l.inPlace() {
		t.Error("it is not where it was moved to")
	}
}

// full is a disk on which a file takes a few writes, and no more.
type full struct {
	disk.FS
	left *int
}

func (d full) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	f, err := d.FS.OpenFile(path, flag, mode)
	return fullFile{f, d.left}, err
}

type fullFile struct {
	disk.File
	left *int
}

func (f fullFile) Write(data []byte) (int, error) {
	if *f.left--; *f.left < 0 {
		return 0, syscall.ENOSPC
	}
	return f.File.Write(data)
}

func (f fullFile) WriteAt(data []byte, at int64) (int, error) {
	if *f.left--; *f.left < 0 {
		return 0, syscall.ENOSPC
	}
	return f.File.WriteAt(data, at)
}

// TestLockOnAFullDisk: a lock that can't be written is not left behind, unless it was there before.
func TestLockOnAFullDisk(t *testing.T) {
	for _, tt := range []struct {
		name   string
		writes int
		before bool
		want   []string
	}{
		{name: "its first byte", writes: 0},
		{name: "who holds it", writes: 1},
		{name: "one that was there", before: true, want: []string{LockName}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if tt.before {
				l, err := Acquire(dir)
				if err == nil {
					err = l.Release()
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, err := AcquireOn(full{disk.OS{}, &tt.writes}, dir); !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("locked: %v", err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, e := range entries {
				names = append(names, e.Name())
			}
			if !slices.Equal(names, tt.want) && runtime.GOOS != "windows" { // which removes no file that is open
				t.Errorf("there is %q, want %q", names, tt.want)
			}
			l, err := Acquire(dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Release(); err != nil {
				t.Error(err)
			}
		})
	}
}
