package cli

import (
	"cmp"
	"context"
	"fmt"

	"attrmigrate/internal/prose"

	"attrmigrate/internal/refusal"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/sandbox"
	"attrmigrate/pipeline"
)

// service is the Cognito that a run talks to.
type service struct {
	client   *cognito.Client
	poolID   string
	endpoint string // for people and the fingerprint
	setBy    string // what named the endpoint, if it is not AWS's own
	local    *sandbox.Server
}

// connect prepares the client, for as many calls at once as there are connections. It makes no call.
// The client of a sandbox inside the process comes later.
func connect(ctx context.Context, o connectionOptions, connections int) (*service, error) {
	if o.sandbox {
		return &service{poolID: cmp.Or(o.poolID, sandboxPool), endpoint: sandboxEndpoint}, nil
	}
	if !cognito.IsPoolID(o.poolID) {
		return nil, &refusal.Error{Msg: fmt.Sprintf("--user-pool-id: %s is no user pool id", prose.Printable(o.poolID)),
			Remedy: "the id is such as us-east-1_Ab12Cd34E; to list them: " + o.listPools()}
	}
	region := o.region
	if region == "" {
		region, _ = cognito.RegionOf(o.poolID)
	}
	client, err := cognito.NewClient(ctx, cognito.Config{
		Region: region, Profile: o.profile, EndpointURL: o.endpointURL,
		Connections: connections, Timeout: o.timeout, UserAgent: "attrmigrate/" + release(),
	})
	if err != nil {
		return nil, err
	}
	s := &service{client: client, poolID: o.poolID}
	s.endpoint, s.setBy = client.Endpoint()
	return s, nil
}

// describe asks for the pool, under the retry policy of the run.
func (s *service) describe(ctx context.Context, attempts int) (pool *cognito.Pool, err error) {
	err = pipeline.Retry(ctx, attempts, pipeline.Backoff{}, func(ctx context.Context) error {
		pool, err = s.client.Pool(ctx, s.poolID)
		return err
	})
	return pool, err
}

// probe asks whether the service is there, by a call that costs nothing and is about no user. What it answers
// does not matter.
func (s *service) probe(ctx context.Context) error {
	_, err := s.client.Pool(ctx, s.poolID)
	return err
}

// place names the endpoint for people, if it is not AWS's own.
func (s *service) place() string {
	switch {
	case s.endpoint == sandboxEndpoint:
		return "a sandbox inside this process"
	case s.setBy == "":
		return ""
	default:
		return fmt.Sprintf("%s (set by %s)", s.endpoint, s.setBy)
	}
}

func (s *service) close() error {
	if s.local == nil {
		return nil
	}
	return s.local.Close()
}
