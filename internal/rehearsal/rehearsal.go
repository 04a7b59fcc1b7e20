package rehearsal

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"attrmigrate/internal/changeset"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/sandbox"
)

// Config says what is rehearsed.
type Config struct {
	PoolID     string
	Set        *changeset.Set
	Attributes []string       // that are set besides those which Set names: of rules
	From       *changeset.Set // whose users are in the pool, with their values; nil: those that Set names
	Journal    string         // the file that keeps the state
	// Fresh says that no run goes on: the journal is replaced by the one of an earlier rehearsal, or if there is none
	// ("") by a pool that is filled.
	Fresh   bool
	Earlier string
	FS      disk.FS // what the journal is copied to
	// Service is what the sandbox writes it to; nil: the operating system's file system. In tests of crashes the service is
	// another machine, which stays.
	Service disk.FS
}

// Start starts the sandbox. The caller closes it.
func Start(ctx context.Context, cfg Config) (local *sandbox.Server, address string, err error) {
	copied := false
	if cfg.Fresh {
		if copied, err = copyJournal(cfg.FS, cfg.Earlier, cfg.Journal); err != nil {
			return nil, "", err
		}
	}
	region, _ := cognito.RegionOf(cfg.PoolID)
	local, err = sandbox.New(sandbox.Config{Journal: cfg.Journal, FS: cfg.Service, Region: region, Quotas: sandbox.NoQuotas(), LogSize: 1})
	if err != nil {
		return nil, "", err
	}
	if cfg.Fresh && !copied {
		if err = cfg.fill(ctx, local); err != nil {
			err = unwritten(errors.Join(err, local.TakeBack()))
		}
	}
	if err == nil {
		address, err = local.Start("127.0.0.1:0")
	}
	if err != nil {
		return nil, "", errors.Join(err, local.Close())
	}
	return local, address, nil
}

// fill makes the pool and its users.
func (cfg Config) fill(ctx context.Context, local *sandbox.Server) error {
	if cfg.From != nil {
		return fillFrom(ctx, local, cfg.PoolID, cfg.From, cfg.Set, cfg.Attributes)
	}
	return fill(ctx, local, cfg.PoolID, cfg.Set)
}

// copyJournal replaces a journal by an earlier one, and reports whether there is an earlier one. None has no
// name.
func copyJournal(on disk.FS, earlier, journal string) (bool, error) {
	if disk.SameFile(earlier, journal) {
		return true, nil
	}
	from, err := disk.Open(earlier)
	if errors.Is(err, fs.ErrNotExist) {
		return false, disk.RemoveIfThere(on, journal)
	}
	if err != nil {
		return false, err
	}
	defer from.Close()
	to, err := disk.Create(on, journal, disk.Manner{})
	if err != nil {
		return false, err
	}
	if _, err := io.Copy(to, from); err != nil {
		return false, errors.Join(err, to.Discard())
	}
	return true, to.Commit()
}
