package fleet

import (
	"errors"
	"fmt"
	"strconv"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// engines are the variables by which an engine of array jobs says which index a process is for.
var engines = []struct{ name, variable string }{
	{"Kubernetes", "JOB_COMPLETION_INDEX"},
	{"AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX"},
	{"Slurm", "SLURM_ARRAY_TASK_ID"},
}

// Auto is the word for the index that the engine says.
const Auto = "auto"

// Index is the number of a group as --index says it, or, where it says auto, as the engine does.
// lists is the command that lists them.
func Index(text string, groups int, environment func(string) string, lists string) (int, error) {
	from := "--index"
	if text == Auto {
		var err error
		if from, text, err = ofEngine(environment); err != nil {
			return 0, err
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, &refusal.UsageError{Err: fmt.Errorf("%s: %s is no index", from, prose.Printable(text)), Remedy: "a number from 0 on, or auto"}
	}
	if n < 0 || n >= groups {
		return 0, &refusal.UsageError{Err: fmt.Errorf("%s is %d, and the file has %s, numbered from 0 to %d", from, n, Indexes(groups), groups-1),
			Remedy: lists + " lists them; the array has as many as its last line says"}
	}
	return n, nil
}

// Indexes is a number of indexes, for people.
func Indexes(n int) string {
	if n == 1 {
		return "1 index"
	}
	return fmt.Sprintf("%d indexes", n)
}

// ofEngine is which variable says the index, and what it says.
func ofEngine(environment func(string) string) (variable, text string, err error) {
	for _, e := range engines {
		value := environment(e.variable)
		switch {
		case value == "" || value == text:
		case text == "":
			variable, text = e.variable, value
		default:
			return "", "", &refusal.UsageError{Err: fmt.Errorf("--index auto: %s is %s, and %s is %s", variable, prose.Printable(text), e.variable, prose.Printable(value)),
				Remedy: "--index N says which one is meant"}
		}
	}
	if text == "" {
		return "", "", &refusal.UsageError{Err: errors.New("--index auto: none of JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX and SLURM_ARRAY_TASK_ID is set"),
			Remedy: "outside of an array job, --index N says it"}
	}
	return variable, text, nil
}
