// Package slurm has the example of a Slurm array run by Slurm itself: a cluster of one node, on loopback and in a
// directory of its own, that is gone with the test.
//
// A stand-in for the program ends with every exit code there is, in the orders that matter: which are started again, how
// often, and what Slurm says of them in the end. Then the program itself runs on four pools of a sandbox.
//
// It wants Slurm and MUNGE as Debian has them (slurm-wlm, munge), and the right to start their daemons: make test-slurm.
// The cluster keeps no accounts, for that takes a database: states are read from the controller (scontrol), not from
// sacct. A task that is requeued waits five seconds here, two minutes on a cluster as it comes (AuthInfo=cred_expire).
package slurm
