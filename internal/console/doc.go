// Package console is what people see of a command: the bar or the log lines, the preview and its question, the result
// of a run, of a plan and of status.
//
// # Promise
//
// Screens are made of values ([ShowPreview], [ShowResult], [ShowStatus], [PlanText]): the package knows no client, makes
// no call and decides nothing. What it writes has no control characters but its own, and is as wide as the terminal. A
// result that cannot be printed is an error of its command ([Output]); what is only told on the way is not.
//
// # Goroutines
//
// [Watch] draws from a goroutine of its own, which has ended when the function that it returned does.
package console
