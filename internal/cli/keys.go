package cli

// The names in a fingerprint. They stand in files, so they stay, whatever the flags are called.
const (
	byInput      = "input"
	byOperation  = "operation"
	byPool       = "pool"
	byEndpoint   = "endpoint"
	byNoRead     = "no_read"
	byVerified   = "verified"
	byFormat     = "format"
	byUsername   = "username_column"
	byMap        = "map"
	byIgnore     = "ignore"
	byEmpty      = "empty"
	byMarker     = "delete_marker"
	byMetadata   = "client_metadata"
	byOnlyFailed = "only_failed"
)
