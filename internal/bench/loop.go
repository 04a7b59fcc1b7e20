package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// loop is what the machine can do at best: workers that call the SDK and do nothing else, until they are
// interrupted. Each keeps a connection, which the SDK's default of ten would not let 64 of them do.
func loop(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("loop", flag.ContinueOnError)
	url := flags.String("url", "", "endpoint")
	pool := flags.String("pool", "", "pool")
	workers := flags.Int("workers", 64, "calls at once")
	read := flags.Bool("read", false, "read each user before the update")
	if err := flags.Parse(args); err != nil {
		return err
	}
	client := cognitoidentityprovider.New(cognitoidentityprovider.Options{
		Region: "us-east-1", BaseEndpoint: url, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConns, t.MaxIdleConnsPerHost = *workers, *workers
		}),
	})
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, *workers)
	for range *workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := call(ctx, client, pool, int(next.Add(1)), *read); err != nil && ctx.Err() == nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs // nil if there is none
}

func call(ctx context.Context, client *cognitoidentityprovider.Client, pool *string, i int, read bool) error {
	user := aws.String(userName(i % manyUsers))
	if read {
		_, err := client.AdminGetUser(ctx, &cognitoidentityprovider.AdminGetUserInput{UserPoolId: pool, Username: user})
		if err != nil {
			return err
		}
	}
	_, err := client.AdminUpdateUserAttributes(ctx, &cognitoidentityprovider.AdminUpdateUserAttributesInput{
		UserPoolId: pool, Username: user,
		UserAttributes: []types.AttributeType{{Name: aws.String("custom:tier"), Value: aws.String(fmt.Sprintf("tier-%d", i))}},
	})
	return err
}
