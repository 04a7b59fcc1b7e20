// Command attrmigrate changes the attributes of many users of an Amazon Cognito user pool.
package main

import (
	"os"

	"attrmigrate/internal/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:], cli.Process())) }
