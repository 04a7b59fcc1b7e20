package runlog

import (
	"path"
	"path/filepath"
	"strings"
)

// DirName is what the directory of a run is called on this machine: as people call it, where nothing else can have that name.
func DirName(shown string) string {
	name := path.Base(shown)
	if !isName(name) || strings.HasPrefix(name, ".") || len(name) > longestDir {
		return "run"
	}
	return name
}

// Places are the directories of runs on this machine, each followed by how people call it; the longer ones come first.
func (r *Run) Places() (pairs []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for dir, k := range r.dirs {
		if dir != r.runDir() {
			pairs = append(pairs, filepath.Join(r.c.Work, dir), r.c.Shown+"/runs/"+k.name)
		}
	}
	return append(pairs, r.Dir(), r.c.Shown)
}

// ShownAs is a text in which the directories of runs have the names by which people call them.
func (r *Run) ShownAs(text string) string { return strings.NewReplacer(r.Places()...).Replace(text) }
