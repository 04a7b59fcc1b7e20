// Command plot draws the series of bench.json, one SVG each: accepted updates a second over time against the
// allowed rate. It is in the module of the tools, so that the plotting library is in no build of attrmigrate.
//
//	plot DIR
//
// reads DIR/bench.json and writes DIR/NAME.svg.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// series is what bench.json says of a scenario. Its points are a second apart.
type series struct {
	Name    string    `json:"name"`
	Title   string    `json:"title"`
	Allowed []float64 `json:"allowed"`
	Lines   []struct {
		Label    string    `json:"label"`
		Accepted []float64 `json:"accepted"`
	} `json:"lines"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "plot:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("want a directory with a bench.json")
	}
	text, err := os.ReadFile(filepath.Join(args[0], "bench.json"))
	if err != nil {
		return err
	}
	var bench struct {
		Series []series `json:"series"`
	}
	if err := json.Unmarshal(text, &bench); err != nil {
		return err
	}
	for _, s := range bench.Series {
		if err := s.draw(filepath.Join(args[0], s.Name+".svg")); err != nil {
			return err
		}
	}
	return nil
}

var (
	gray    = color.RGBA{R: 150, G: 150, B: 150, A: 255}
	palette = []color.RGBA{{B: 200, G: 90, A: 255}, {R: 210, G: 110, A: 255}, {G: 130, B: 60, A: 255}}
)

// Around the plot is room for labels that a viewer sets in a wider font, for it may not have that of the file. The legend
// stands beside the lines, where it hides none.
const (
	width, height = 20 * vg.Centimeter, 7.5 * vg.Centimeter
	around        = 0.3 * vg.Centimeter
	aside         = 3 * vg.Centimeter // the legend
)

func (s series) draw(path string) error {
	p, legend, err := s.plot()
	if err != nil {
		return err
	}
	svg := vgsvg.New(width, height)
	whole := draw.New(svg)
	whole.SetColor(color.White)
	whole.Fill(whole.Rectangle.Path())
	p.Draw(draw.Crop(whole, around, -aside, around, -around))
	legend.Draw(draw.Crop(whole, width-aside, 0, 0, -3*around))
	var text bytes.Buffer
	if _, err := svg.WriteTo(&text); err != nil {
		return err
	}
	named := []byte("font-family:Liberation Sans")
	return os.WriteFile(path, bytes.ReplaceAll(text.Bytes(), named, append(named, ",Arial,Helvetica,sans-serif"...)), 0o644)
}

// plot is the plot of the series, and its legend.
func (s series) plot() (*plot.Plot, plot.Legend, error) {
	p, legend := plot.New(), plot.NewLegend()
	p.BackgroundColor = nil // the file has one
	p.Title.Text = s.Title
	p.Title.Padding = vg.Points(6)
	p.X.Label.Text = "seconds since the first update"
	p.X.Label.Padding = vg.Points(6)
	p.Y.Label.Text = "updates/s"
	p.Y.Label.Padding = vg.Points(6)
	p.Y.Min = 0
	p.Y.Tick.Marker = plain{}
	legend.Left, legend.Top = true, true
	legend.Padding = vg.Points(6)
	for _, style := range []*draw.TextStyle{
		&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &legend.TextStyle,
	} {
		style.Font.Variant = "Sans"
	}
	p.Add(plotter.NewGrid())
	allowed, err := step(s.Allowed)
	if err != nil {
		return nil, legend, err
	}
	allowed.Color, allowed.Dashes = gray, []vg.Length{vg.Points(6), vg.Points(4)}
	p.Add(allowed)
	legend.Add("allowed", allowed)
	most := 0.0
	for i, l := range s.Lines {
		drawn, err := step(l.Accepted)
		if err != nil {
			return nil, legend, err
		}
		drawn.Color, drawn.Width = palette[i%len(palette)], vg.Points(1.5)
		p.Add(drawn)
		legend.Add(l.Label, drawn)
		for _, v := range append(l.Accepted, s.Allowed...) {
			most = max(most, v)
		}
	}
	p.Y.Max = most * 1.1
	return p, legend, nil
}

// plain are the usual ticks, whose labels have the decimals that they need: 25, and not 25.00.
type plain struct{ plot.DefaultTicks }

func (p plain) Ticks(from, to float64) []plot.Tick {
	ticks := p.DefaultTicks.Ticks(from, to)
	for i, t := range ticks {
		if !t.IsMinor() {
			ticks[i].Label = strconv.FormatFloat(math.Round(t.Value*100)/100, 'f', -1, 64)
		}
	}
	return ticks
}

// step is a line that holds each value for its second.
func step(values []float64) (*plotter.Line, error) {
	points := make(plotter.XYs, 0, len(values)+1)
	for i, v := range values {
		points = append(points, plotter.XY{X: float64(i), Y: v})
	}
	if n := len(values); n > 0 {
		points = append(points, plotter.XY{X: float64(n), Y: values[n-1]})
	}
	l, err := plotter.NewLine(points)
	if err == nil {
		l.StepStyle = plotter.PostStep
	}
	return l, err
}
