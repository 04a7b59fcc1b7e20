// Package runlog keeps a run in an object store, such as S3, so that it outlives its machine: a log of all that the run
// writes, a fence against two owners, and a lease.
package runlog
