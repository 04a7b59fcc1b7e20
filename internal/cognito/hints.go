package cognito

import (
	"cmp"
	"fmt"
	"strings"

	"attrmigrate/internal/shell"
)

// Hint says how to mend the error, in one line.
func (e *Error) Hint() string {
	if e.client == nil {
		return ""
	}
	return e.client.fill(e.exception.remedy, e)
}

// fill replaces the {names} in a text of the table by what they stand for.
func (c *Client) fill(text string, e *Error) string {
	if !strings.Contains(text, "{") {
		return text
	}
	pace := paceOf(e.Op)
	return strings.NewReplacer(
		"{action}", "cognito-idp:"+e.Op,
		"{instead}", pace.instead,
		"{slower}", pace.slower,
		"{quota}", pace.quota,
		"{pool}", c.poolARN(e.pool),
		"{region}", c.region,
		"{elsewhere}", c.elsewhere(e.pool),
		"{profile}", c.profileFlag(),
		"{role}", c.role,
		"{external}", c.externalID(),
		"{timeout}", c.timeout.String(),
		"{endpoint}", c.endpointBySetter(),
		"{setter}", cmp.Or(c.endpointBy, "the Region "+c.region),
	).Replace(text)
}

// pace is what holds an operation back.
type pace struct {
	slower  string // how to have fewer calls a second
	quota   string // of AWS, per second ("Quotas in Amazon Cognito")
	instead string // how to do without it
}

func paceOf(op string) pace {
	switch op {
	case getUser:
		return pace{"lower --read-rate", "120 reads", ", or give --no-read to write without reading first"}
	case ownUser:
		return pace{"lower --read-rate", "120 reads", ""}
	case listUsers, listGroups, usersInGroup:
		return pace{"lower --list-rate", "30 lists", ""}
	case describePool:
		return pace{"run the same command again in a minute", "15 pool reads", ""}
	default:
		return pace{"lower --rate", "25 updates", ""}
	}
}

// poolARN is the pool's ARN as an IAM policy may name it, of whichever account.
func (c *Client) poolARN(pool string) string {
	partition := "aws"
	switch {
	case strings.HasPrefix(c.region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(c.region, "us-gov-"):
		partition = "aws-us-gov"
	}
	return fmt.Sprintf("arn:%s:cognito-idp:%s:*:userpool/%s", partition, c.region, cmp.Or(pool, "*"))
}

// elsewhere tells of a pool whose ID names another Region than the one that was asked.
func (c *Client) elsewhere(pool string) string {
	home, ok := RegionOf(pool)
	if !ok || home == c.region {
		return c.notAWS()
	}
	return ", but the pool's ID says " + home + c.notAWS()
}

func (c *Client) notAWS() string {
	if c.endpointBy == "" {
		return ""
	}
	return ", at " + c.endpointBySetter()
}

func (c *Client) profileFlag() string {
	if c.profile == "" {
		return ""
	}
	return " --profile " + shell.Quote(c.profile)
}

// externalID says what a role's trust policy may ask for.
func (c *Client) externalID() string {
	if c.external {
		return ", with that external id"
	}
	return "; if that asks for an external id, give it"
}

func (c *Client) regionFlag() string { return " --region " + shell.Quote(c.region) }

// endpointFlag is only needed where no variable or profile leads to the endpoint.
func (c *Client) endpointFlag() string {
	if c.endpointBy != "--endpoint-url" {
		return ""
	}
	return " --endpoint-url " + shell.Quote(c.endpoint)
}

func (c *Client) endpointBySetter() string {
	if c.endpointBy == "" {
		return c.endpoint
	}
	return fmt.Sprintf("%s (%s)", c.endpoint, c.endpointBy)
}
