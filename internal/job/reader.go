package job

import (
	"fmt"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/rundir"
)

// reader reads the users of the pool. What it is given of the service can only list; what does not fit into memory lies in the
// directory while it is read.
func (s *start) reader(progress func(listing.Progress)) *listing.Reader {
	spools := 0
	return listing.NewReader(listing.Config{
		Lister: s.to.Lister, Groups: s.to.Groups, PoolID: s.pool.ID, Estimated: s.pool.EstimatedUsers,
		Rate: s.spec.ListRate, Attempts: s.spec.MaxAttempts, Chains: s.spec.Chains, Progress: progress,
		Scratch: func() (*disk.Scratch, error) {
			spools++
			return disk.CreateScratch(s.dir.FS, s.dir.File(fmt.Sprint(rundir.Spooled, spools)), false)
		},
	})
}
