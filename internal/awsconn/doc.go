// Package awsconn is how AWS is reached, whichever of its services is called: the settings of the machine, credentials and
// a role, the connection, and names for what went wrong where no answer names it.
//
// # Promise
//
// [Config.Load] makes no call. It refuses, before the SDK reads them, the settings with which no call could be made, by their
// names, and repeats no value. What it leaves out is where the SDK finds it: the AWS_* variables, the shared configuration
// files, SSO, roles, container and instance metadata. The credentials that come of it can be told that they have expired
// before their time, and are then read anew from where they come from. Those with a character that no header can carry are
// refused when they come, wherever from: else a line end behind a key were an error of the network.
//
// [FailureOf] gives an error of a call one name: the service's own, or ours of what happened instead of an answer. What a name
// means, whether the call may be made again and what mends it, is for the package of the service to say.
//
// # Limits
//
// A role is assumed for an hour at a time. A profile is looked at with those that it takes its credentials from, and not with
// what a program of it (credential_process) prints, until that comes.
package awsconn
