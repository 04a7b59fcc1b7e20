package cli

import (
	"context"
	"net/http"
	"time"

	"attrmigrate/internal/console"
	"attrmigrate/internal/control"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// livePatience is how long a process is given to say where its run stands: then its files are read.
const livePatience = time.Second

// lookout looks at a run from outside. It is used by one goroutine.
type lookout struct {
	dir    string
	client *control.Client
}

func newLookout(dir string) *lookout { return &lookout{dir: dir, client: control.NewClient(dir)} }

// standing is where the run stands: as its process says, or else as its files do.
func (l *lookout) standing(ctx context.Context) (rundir.Standing, error) {
	asking, cancel := context.WithTimeout(ctx, livePatience)
	defer cancel()
	if s, err := l.client.Do(asking, http.MethodGet, "/v1/status", nil); err == nil {
		return s, nil
	}
	s, err := rundir.ReadStatus(l.dir)
	if err != nil {
		return rundir.Standing{}, err
	}
	asked, err := rundir.LoadAsked(l.dir)
	return s.Standing(asked), err
}

// look is all that is seen of the run. Events and series that cannot be read are none: the status is there without them.
func (l *lookout) look(ctx context.Context) (console.View, error) {
	s, err := l.standing(ctx)
	v := console.View{Dir: l.dir, At: time.Now(), Standing: s}
	if err != nil {
		return v, err
	}
	v.Events, _ = telemetry.ReadEvents(l.dir)
	v.Series, _ = telemetry.ReadSeries(l.dir)
	return v, nil
}
