// Package control is how a run is steered and seen while it runs: control.json, the socket beside it, and a page.
//
// # The contract over HTTP
//
// [Desk] is what is steered. What is looked at (views) and what is done (verbs) are two tables of routes over it, and a
// place that only shows has no table of verbs. Every answer is JSON; that of a verb is the whole new status: 200, 409 once the
// run has ended, 400 with what is wrong of a body that says nothing or too much. A stream of events begins with all that
// came behind Last-Event-ID, goes on with what happens, has the status each second, and ends with the run.
//
// A process has a run to do: so many connections, requests and streams at once and no more; time limits on each, so that who
// asks slowly or does not read is cut off; and once the run has ended, a second for what is being answered. Nobody is
// waited for: neither the dispatcher nor the log of events knows who listens.
//
// # Who may
//
// The socket is in the run's directory, and its mode is 0600: who can connect could as well write control.json. No
// browser can. It asks for nothing, and believes what it is told of who asks.
//
// A port of loopback is another matter. Other users of the machine reach it, and so does every page that a browser on it
// shows. What keeps them out (door.go), each with a test:
//
//   - It listens on loopback only, and looks again at what it listens at.
//   - A token of 256 bits, or one of a private file, compared in constant time. It comes in the header Authorization alone,
//     which no page can have a browser send without being asked (CORS), and no log of addresses keeps. A query is refused
//     whatever is in it. Guesses are not counted: there is no guessing 256 bits, and whoever is to be locked out after
//     some would lock out the operator.
//   - Host has to be a loopback number or localhost, against names that are made to lead here (DNS rebinding).
//   - Origin and Sec-Fetch-Site, where a browser sends them, have to be of the page itself, for what is read as for what
//     is done ([http.CrossOriginProtection]). Nothing is ever allowed across origins: OPTIONS has no route.
//   - The page is an empty shell with scripts known by their hash, never framed (clickjacking), told not to tell where it
//     is (referrers), and kept by no cache.
//   - No route reads a file of the run but events.jsonl and series.jsonl, which hold nothing of a user.
//
// What it does not keep out: root; the user who runs it; who reads the terminal or the file that has the token; who is let in
// by ssh -L, which is the idea. There is no TLS: between machines, ssh has it.
//
// # Programs
//
// A program is told of events ([Desk.TellEnd] of the last one), and one is asked whether the run may go on ([Desk.Admit]).
// Both are files that are run as they are, without a shell; both have ten seconds, and are then killed with what they
// have started, by a process group or a job object. They hold up nothing but the first call of a start and its end, and
// whatever becomes of them is no fault of the run: it is logged. They are told nothing of a user.
package control
