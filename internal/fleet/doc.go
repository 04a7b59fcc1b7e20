// Package fleet is the file of targets: many pools in many accounts and Regions, a row each.
//
// # Promise
//
// A file is read and checked whole, and all that is wrong with it is told at once, each with its line and column
// ([Problems]); what is only odd is told beside it ([File.Notes]). The rows fall into groups, one for each account and
// Region ([File.Groups]). A group is one quota, and the work of one process; its number is the index of an array job.
// Numbers follow from the file alone: without a call, and the same on every machine.
//
// # Algorithm
//
// The account of a row is what its column says, or else that of its role; the Region is the column's, or else that which
// the pool id begins with. Groups are numbered from 0, in the order in which their first rows stand.
//
// # Limits
//
// Rows with neither account nor role are one account, that of the credentials at hand, also where their endpoints differ:
// who has two services with a quota each gives them accounts. Whether the credentials are of the account that another row
// names is not known offline; [File.Notes] says so. A file of more than ten megabytes is refused.
package fleet
