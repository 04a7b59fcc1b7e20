// Package quota holds the pace of runs against the quotas of scripted accounts, on a simulated clock: how much of a
// quota is used, how much is throttled, and how runs share one.
//
// It drives the true pipeline, and is apart from its tests because it plays hours of thousands of calls, which the race detector would
// make several times as long.
package quota
