package main

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
)

// machine is where a run took place.
type machine struct {
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	System    string `json:"system"`
	Go        string `json:"go"`
	Boto3     string `json:"boto3,omitempty"`
	AWSCLI    string `json:"awsCli,omitempty"`
}

func describeMachine(b *bench) machine {
	return machine{processor(), runtime.NumCPU(), runtime.GOOS + "/" + runtime.GOARCH, runtime.Version(), b.boto3, b.awsCLI}
}

var modelName = regexp.MustCompile(`(?m)^model name\s*:\s*(.+)$`)

// processor is the name that the system has for it, if it has one.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if found := modelName.FindSubmatch(text); err == nil && found != nil {
		return strings.TrimSpace(string(found[1]))
	}
	return runtime.GOARCH
}

func (m machine) String() string {
	s := fmt.Sprintf("%d cores of %s, %s, %s", m.Cores, m.Processor, m.System, m.Go)
	if m.Boto3 != "" {
		s += ", boto3 " + m.Boto3
	}
	if m.AWSCLI != "" {
		s += ", aws-cli " + m.AWSCLI
	}
	return s
}
