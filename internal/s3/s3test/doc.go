// Package s3test is an S3 for tests, in the process and on loopback: gofakes3, in memory, behind a door that counts what
// is asked and spoils it on demand.
//
// # Promise
//
// Conditions of PutObject hold and are atomic; so are those of CompleteMultipartUpload, GetObject and DeleteObject, which
// gofakes3 does not know. Faults may be set and lifted by any goroutine while requests are under way. [Server.Close] ends
// everything that was begun.
//
// # Algorithm
//
// A request is read whole, counted and logged. Then it is held against what is denied, the Region of its bucket and the
// script ([Server.Script]), and what these say happens to it: a pause, an answer of theirs, an effect without an answer
// ([Fault.Lost]), or one that comes later ([Fault.Late]). Whatever is left reaches gofakes3.
//
// # Limits
//
// Signatures are not checked, nor are checksums. Regions are read from the signature. Objects are in memory, uploads in
// parts too.
package s3test
