// Package rules computes what users of a pool are to get from what they have: expressions over attributes, compiled once and
// evaluated for each user.
package rules
