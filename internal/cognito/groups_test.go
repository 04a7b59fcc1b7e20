package cognito

import (
	"reflect"
	"testing"
)

func TestListGroups(t *testing.T) {
	s := serve(t, text(200, `{"Groups":[{"GroupName":"a","Precedence":1},{"GroupName":"b \u00fc"}],"NextToken":"t2"}`))
	groups, next, err := clientOf(t, s.URL).ListGroups(t.Context(), testPool, "t1")
	if err != nil || next != "t2" || !reflect.DeepEqual(groups, []string{"a", "b ü"}) {
		t.Errorf("got %q, %q, %v", groups, next, err)
	}
	want := map[string]any{"UserPoolId": testPool, "Limit": 60.0, "NextToken": "t1"}
	if got := s.requests[0]; !reflect.DeepEqual(got.body, want) || got.target != "AWSCognitoIdentityProviderService.ListGroups" {
		t.Errorf("sent %v to %s", got.body, got.target)
	}
}

func TestListUsersInGroup(t *testing.T) {
	s := serve(t, text(200, `{"Users":[{"Username":"ann","Enabled":true,"Attributes":[]}],"NextToken":"t2"}`))
	users, next, err := clientOf(t, s.URL).ListUsersInGroup(t.Context(), testPool, "staff", "")
	if err != nil || next != "t2" || len(users) != 1 || users[0].Username != "ann" {
		t.Errorf("got %+v, %q, %v", users, next, err)
	}
	want := map[string]any{"UserPoolId": testPool, "Limit": 60.0, "GroupName": "staff"}
	if got := s.requests[0]; !reflect.DeepEqual(got.body, want) || got.target != "AWSCognitoIdentityProviderService.ListUsersInGroup" {
		t.Errorf("sent %v to %s", got.body, got.target)
	}
}

// TestErrorsOfGroups: what the service says of groups is told in words that fit.
func TestErrorsOfGroups(t *testing.T) {
	for _, tt := range []struct{ name, code, message, verdict, text, hint string }{
		{"may not", "AccessDeniedException", "no", "setup fatal", "the caller may not do this", "allow cognito-idp:ListUsersInGroup on "},
		{"the group is gone", "ResourceNotFoundException", "Group not found.", "setup fatal", "no such group", "it was deleted meanwhile"},
		{"the pool is", "ResourceNotFoundException", "User pool us-east-1_Ab12Cd34E does not exist.", "setup fatal", "no such user pool", "check --user-pool-id"},
		{"too fast", "TooManyRequestsException", "Rate exceeded", "throttled throttle again", "the service throttles", "lower --list-rate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, refuseWith(400, tt.code, tt.message))
			_, _, err := clientOf(t, s.URL).ListUsersInGroup(t.Context(), testPool, "staff", "")
			e := asError(t, err)
			if got := verdictOf(e); got != tt.verdict {
				t.Errorf("verdict %q, want %q", got, tt.verdict)
			}
			has(t, "text", e.Error(), tt.text)
			has(t, "hint", e.Hint(), tt.hint)
		})
	}
}
