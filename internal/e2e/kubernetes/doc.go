// Package kubernetes plays examples/fleet/kubernetes on a real control plane: etcd, the API server and the controllers of jobs,
// of taints and of lost pods, on the loopback interface, all with the test. They decide what becomes of a pod; what the
// test plays is the machines: nodes that run the program for each pod, as a process of theirs, and tell the API server
// how it ended.
//
// make test-kubernetes builds the control plane from its published modules and runs the tests. They are skipped where
// KUBERNETES does not name the directory of the two programs, or etcd is not installed.
//
// Limits: a node has no containers. What a pod mounts lies in a directory of its own, and the paths in its arguments
// lead there; user, limits of memory and the file system's root are not enforced. Whatever needs the network of a cluster is not
// there.
package kubernetes
