package checkpoint

import (
	"encoding/json"
	"errors"
	"os"
)

// End is how a run ended that could not be saved, as its process told it.
type End struct {
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

// ReleaseUnsaved gives the lock up as [Lock.Release] does, and leaves in its file how the run ended. It is for
// a checkpoint that could not be saved: the file of the lock is there already, and has room for it even on a
// disk that is full. [Holder] tells it until the next process takes the lock.
func (l *Lock) ReleaseUnsaved(end End) error {
	if !l.flock.Locked() {
		return nil
	}
	info := ownInfo()
	info.End = &end
	return errors.Join(overwriteInfo(l.path, info), l.flock.Unlock())
}

// overwriteInfo does as writeInfo, and gives no byte of the file back before the new ones are written.
func overwriteInfo(path string, info Info) error {
	data, err := json.Marshal(info)
	if err != nil {
		return err
	}
	if len(data) > maxInfo-2 {
		return os.Truncate(path, 1)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(data, '\n'), 1)
	if err == nil {
		err = f.Truncate(int64(len(data)) + 2)
	}
	return errors.Join(err, f.Close())
}
