package rundir

// The names in a fingerprint. They stand in files, so they stay, whatever the flags are called.
const (
	ByInput       = "input"
	ByOperation   = "operation"
	ByPool        = "pool"
	ByEndpoint    = "endpoint"
	ByNoRead      = "no_read"
	ByVerified    = "verified"
	ByFormat      = "format"
	BySeparator   = "separator"
	ByUsername    = "username_column"
	ByMap         = "map"
	ByIgnore      = "ignore"
	ByEmpty       = "empty"
	ByMarker      = "delete_marker"
	ByEmptyValue  = "empty_value"
	ByTrim        = "trim"
	ByStrict      = "strict"
	ByMetadata    = "client_metadata"
	ByOnlyFailed  = "only_failed"
	ByFrom        = "from"
	ByPhoneRegion = "phone_region"

	// Of a plan of rules alone.
	ByRule   = "rule"
	ByFilter = "filter"
	ByGroup  = "group"
	ByMatch  = "match"
)
