package runlog

import (
	"bytes"
	"context"
	"io/fs"
	"slices"
)

// Latest is a file of the run as its log has it now, also where what is published is older. It is for a file that is replaced
// whole and often, as the checkpoint is: the objects of the log are read from the last one back to where it was. The error
// is an fs.ErrNotExist where the log has no such file.
func (s *Seen) Latest(ctx context.Context, name string) ([]byte, error) {
	there, err := survey(ctx, s.store, s.kept)
	if err != nil {
		return nil, err
	}
	var since []operation // on the file, in the objects that were read
	for _, p := range slices.Backward(there.parts) {
		f := there.fetchPart(ctx, s.store, p)
		if f.err != nil {
			return nil, f.err
		}
		var own []operation
		err := operations(f.segment.Payload, func(o operation) error {
			if o.name == name || o.name == name+temporary || o.to == name {
				own = append(own, o)
			}
			return nil
		})
		if err != nil {
			return nil, &DamagedError{Key: there.key(p), Err: err}
		}
		if len(own) == 0 {
			continue
		}
		since = append(own, since...)
		if body, ok := replaced(since, name); ok {
			return body, nil
		}
	}
	return nil, fs.ErrNotExist
}

// replaced is the content of a file that operations have replaced as a whole. A large one is written under another name first.
func replaced(ops []operation, name string) (body []byte, ok bool) {
	files := map[string][]byte{}
	for _, o := range ops {
		body, known := files[o.name]
		switch {
		case o.kind == opPut:
			files[o.name] = bytes.Clone(o.data)
		case o.kind == opWrite && known && o.at == int64(len(body)):
			files[o.name] = append(body, o.data...)
		case o.kind == opRename:
			delete(files, o.name)
			delete(files, o.to)
			if known {
				files[o.to] = body
			}
		default:
			delete(files, o.name) // it is gone, or its beginning is in an object before
		}
	}
	body, ok = files[name]
	return body, ok
}
