// Command bench measures attrmigrate on this machine and holds every figure against what the machine, the
// AWS SDK or boto3 does in the same run. `make bench` and `make bench-quick` run it; it is not part of the
// program that is shipped.
//
// # Promise
//
// What is measured is bin/attrmigrate, a process of its own, against a sandbox that is another one. Figures
// that count are ratios of two measurements of one run. A row that misses its figure is marked; the exit
// code is 1 only if something could not be run.
//
// # How
//
//   - A step measures one thing and yields rows of the table, and a series if its rate is worth a plot.
//     Steps of a group run at once: only those whose load is negligible share one. Whatever needs the whole
//     machine runs alone, its rounds alternating with those of its peer (A B C A B C ...), so that noise
//     meets both, and the median counts.
//   - The executable starts itself as the server (serve), as the bare loop of SDK calls (loop) and as the
//     bare decoders (decode), so that no measurement shares memory or a collector with another.
//   - Rates are read off the server: the times of accepted updates, and every 100 ms the requests received
//     and throttled. No figure is one that the program tells of itself.
//   - The result is DIR/bench.json and a Markdown table, which also replaces what stands between
//     <!-- bench --> and <!-- /bench --> in the page named by -embed, and in part in that named by -brief.
//     internal/tools/plot draws the series.
//
// # Limits
//
// Program, server and harness share the cores. Memory is the peak resident set of a process: where there is
// /proc as it stood every fiftieth of a second, so that what grows in the last one is not seen; elsewhere as the kernel
// reports it in the end, for which the harness needs a Unix. Only bursts of the sandbox's own token bucket are known:
// capacity max(5, quota/5).
package main
