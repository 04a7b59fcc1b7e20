package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// UnnamedError says that a file is whole and could not get its name.
type UnnamedError struct {
	Path      string // the name
	Temporary string // where it is
	Err       error
}

func (e *UnnamedError) Error() string {
	why := e.Err
	if link, ok := errors.AsType[*os.LinkError](why); ok { // which says both names once more
		why = link.Err
	} else if path, ok := errors.AsType[*fs.PathError](why); ok {
		why = path.Err
	}
	return fmt.Sprintf("%s: %v", e.Path, why)
}

func (e *UnnamedError) Unwrap() error { return e.Err }

// Hint says where the file is.
func (e *UnnamedError) Hint() string { return e.Temporary + " is the whole file: give it another name" }
