//go:build !unix

package main

// residentMiB is not known here.
func (p *process) residentMiB() float64 { return 0 }

func childSeconds() float64 { return 0 }
