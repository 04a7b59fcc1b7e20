package harness

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
)

// SetAttribute changes a user behind the program's back, as any client of the service may; no value deletes.
func SetAttribute(service http.Handler, pool, username, name, value string) error {
	body, err := json.Marshal(map[string]any{"UserPoolId": pool, "Username": username, "UserAttributes": []map[string]string{{"Name": name, "Value": value}}})
	if err != nil {
		return err
	}
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
	request.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.AdminUpdateUserAttributes")
	request.Header.Set("Authorization", "made up")
	answer := httptest.NewRecorder()
	if service.ServeHTTP(answer, request); answer.Code != http.StatusOK {
		return fmt.Errorf("set %s of %s: %s", name, username, answer.Body)
	}
	return nil
}
