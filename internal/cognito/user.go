package cognito

import "time"

// User is a user as the pool has it.
type User struct {
	Username string
	// Attributes are the values by name, sub included. Cognito lists no attribute without a value.
	Attributes map[string]string
	// Status is CONFIRMED, UNCONFIRMED, FORCE_CHANGE_PASSWORD, EXTERNAL_PROVIDER and so on.
	Status  string
	Enabled bool
	// Created and Modified are when, to the millisecond.
	Created, Modified time.Time
}
