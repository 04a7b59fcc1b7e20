package report

import (
	"encoding/csv"
	"sync"

	"github.com/gocarina/gocsv"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// Delivery is a code that the service has sent to a user because of an update.
type Delivery struct {
	Attribute   string // email or phone_number
	Medium      string // EMAIL or SMS
	Destination string // masked by the service
}

// deliveryRow is a code as deliveries.csv lists it.
type deliveryRow struct {
	File        string `csv:"file"`
	Line        int    `csv:"line"`
	Username    string `csv:"username"`
	Attribute   string `csv:"attribute"`
	Medium      string `csv:"medium"`
	Destination string `csv:"destination"`
	At          string `csv:"at"`
}

// deliveries writes deliveries.csv. Codes wait until the result of their record is written, so that they
// are durable, and cut back, together with it.
type deliveries struct {
	out rows

	mu      sync.Mutex
	waiting map[sources.Position][]Delivery // by where the record begins
}

func newDeliveries(o *file) (*deliveries, error) {
	d := &deliveries{out: rows{csv.NewWriter(o.Writer)}, waiting: map[sources.Position][]Delivery{}}
	if o.extent.Length > 0 {
		return d, nil
	}
	return d, gocsv.MarshalCSV([]deliveryRow{}, d.out)
}

// Delivered notes a code that was sent because of a record, whose result is written later. It may be
// called by many goroutines. Without [Config.Deliveries] it does nothing.
func (f *Files) Delivered(c *sources.Change, d Delivery) {
	if f.deliveries == nil {
		return
	}
	f.deliveries.mu.Lock()
	defer f.deliveries.mu.Unlock()
	f.deliveries.waiting[c.Begin] = append(f.deliveries.waiting[c.Begin], d)
}

// write lists the codes of a record.
func (d *deliveries) write(r pipeline.Result) error {
	d.mu.Lock()
	sent := d.waiting[r.Change.Begin]
	delete(d.waiting, r.Change.Begin)
	d.mu.Unlock()
	for _, s := range sent {
		if err := gocsv.MarshalCSVWithoutHeaders([]deliveryRow{{
			File: r.Change.File, Line: r.Change.Line, Username: harmless(sources.Quotable(r.Change.Username)),
			Attribute: harmless(s.Attribute), Medium: harmless(s.Medium), Destination: harmless(s.Destination), At: timestamp(r.At),
		}}, d.out); err != nil {
			return err
		}
	}
	return nil
}
