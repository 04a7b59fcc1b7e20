// Package s3 is objects: the inputs and outputs that are named by URL, and the store in which a run outlives its machine.
//
// # Promise
//
// [Bucket] is a [runlog.Store]. Each of its calls makes one attempt, so that who keeps a run knows of every answer that was
// lost; [Bucket.Fetch] and [Bucket.Upload], which carry whole files, try again by themselves, with the patience that their
// context has. What is fetched is one version of an object, from its first byte to its last, or the error says that it has
// changed. An error has the object's URL, a sentence, what S3 said, and a hint that names the permission, the setting or the
// command that is wanted.
//
// # Algorithm
//
// Credentials, Region and endpoint are found by the SDK's own chain, as the AWS CLI finds them. Wherever an endpoint is
// configured buckets are addressed by path, for few servers but AWS's have a name for each. Without a Region us-east-1 is
// asked; if the bucket lies in another one, the answer says so, and the call is made there (nothing was done by the first).
// Credentials that have expired are read anew from where they come from, once a call.
//
// A file is fetched in ranges at once, each pinned by the version of the first, or else by its tag. It is uploaded in one
// piece up to 64 MiB, in parts at once above. Each upload carries a word of its own, by which it knows itself when the
// answer was lost and the next attempt finds an object there.
//
// # Limits
//
// Checksums are those that the SDK adds and checks by default. Access points are known by their alias alone, and directory
// buckets not at all. An object has 5 TB at most.
package s3
