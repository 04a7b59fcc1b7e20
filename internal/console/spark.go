package console

import (
	"strings"

	"attrmigrate/internal/telemetry"
)

// sparks are the heights of a value between nothing and the most.
var sparks = []rune("▁▂▃▄▅▆▇█")

// sparkline draws the last values that there is room for, one a column; most is the height of a full one. A value
// below 0 is none, and is drawn as a point.
func sparkline(values []float64, most float64, columns int) string {
	var b strings.Builder
	for _, v := range values[max(0, len(values)-columns):] {
		switch {
		case v < 0:
			b.WriteByte('.')
		case v == 0 || most <= 0:
			b.WriteByte(' ')
		default:
			i := int(v / most * float64(len(sparks)))
			b.WriteRune(sparks[min(max(i, 0), len(sparks)-1)])
		}
	}
	return b.String()
}

// curve is a value of each sample, and the largest one.
func curve(series []telemetry.Sample, of func(telemetry.Sample) float64) (values []float64, most float64) {
	for _, s := range series {
		v := of(s)
		if s.Paused && v == 0 {
			v = -1
		}
		values, most = append(values, v), max(most, v)
	}
	return values, most
}

// perSecond is a number of a sample as a rate.
func perSecond(n int64, s telemetry.Sample) float64 {
	if s.Seconds <= 0 {
		return 0
	}
	return float64(n) / s.Seconds
}
