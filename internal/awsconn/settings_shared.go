package awsconn

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
)

// shared is a profile of the shared configuration and the files that it is read from.
type shared struct {
	profile           string
	configFile, creds string
}

// sharedOf is the profile that the SDK will take.
func (c Config) sharedOf() shared {
	return shared{
		profile:    cmp.Or(c.ProfileName(), config.DefaultSharedConfigProfile),
		configFile: cmp.Or(os.Getenv("AWS_CONFIG_FILE"), config.DefaultSharedConfigFilename()),
		creds:      cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), config.DefaultSharedCredentialsFilename()),
	}
}

// checkShared refuses what the profile says and no call could be made with. What the SDK itself can't read
// is its own to tell.
func (c Config) checkShared(ctx context.Context) error {
	s := c.sharedOf()
	files := []string{s.configFile, s.creds}
	if c.Anonymous || c.keysSet() {
		files = files[:1]
	}
	for _, path := range files {
		if why := s.marked(path); why != "" {
			return &settingError{path, "BadCharacter", path + " " + why}
		}
	}
	profile, err := config.LoadSharedConfigProfile(ctx, s.profile, func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles, o.CredentialsFiles = []string{s.configFile}, []string{s.creds}
	})
	if err != nil {
		return s.unusable(err)
	}
	return c.checkProfile(s, &profile)
}

var (
	sharedKey     = regexp.MustCompile(`failed to load (\w+) from shared config`)
	sharedProfile = regexp.MustCompile(`error fetching config from profile, ([^,]*),`)
)

// unusable names the key that the SDK says it can't use; nil if it says something else.
func (s shared) unusable(err error) error {
	key := sharedKey.FindStringSubmatch(err.Error())
	if key == nil {
		return nil
	}
	profile := s.profile
	if m := sharedProfile.FindStringSubmatch(err.Error()); m != nil {
		profile = m[1]
	}
	name := s.nameOf(profile, key[1])
	return &settingError{name, "BadConfiguration", name + ": want " + cmp.Or(wanted["AWS_"+strings.ToUpper(key[1])], "another value")}
}

// checkProfile looks at a profile and at those that it takes its credentials from.
func (c Config) checkProfile(s shared, p *config.SharedConfig) error {
	bundle := bundleForm
	if os.Getenv("AWS_CA_BUNDLE") != "" {
		bundle = nil // which goes before it
	}
	if err := s.checkKeys(p.Profile, []setting{
		{"region", p.Region, inRegion, c.regionForm()},
		{"endpoint_url", p.BaseEndpoint, inWord, nil},
		{"ca_bundle", p.CustomCABundle, inName, bundle},
	}); err != nil || c.Anonymous || c.keysSet() {
		return err
	}
	keys := []setting{
		{"aws_access_key_id", p.Credentials.AccessKeyID, inWord, nil},
		{"aws_secret_access_key", p.Credentials.SecretAccessKey, inWord, nil},
		{"aws_session_token", p.Credentials.SessionToken, inWord, nil},
		{"role_arn", p.RoleARN, inWord, nil},
		{"role_session_name", p.RoleSessionName, inWord, nil},
		{"external_id", p.ExternalID, inWord, nil},
		{"mfa_serial", p.MFASerial, inWord, nil},
		{"source_profile", p.SourceProfileName, inName, nil},
		{"sso_region", p.SSORegion, inRegion, regionForm},
		{"sso_start_url", p.SSOStartURL, inWord, nil},
		{"web_identity_token_file", p.WebIdentityTokenFile, inName, nil},
	}
	if session := p.SSOSession; session != nil {
		keys = append(keys, setting{"sso_region", session.SSORegion, inRegion, regionForm}, setting{"sso_start_url", session.SSOStartURL, inWord, nil})
	}
	if err := s.checkKeys(p.Profile, keys); err != nil || p.Source == nil {
		return err
	}
	return c.checkProfile(s, p.Source)
}

// checkKeys names the profile and the file of a key that is not right.
func (s shared) checkKeys(profile string, keys []setting) error {
	for _, k := range keys {
		k.name = s.nameOf(profile, k.name)
		if err := k.check(); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is a key with its profile and its file.
func (s shared) nameOf(profile, key string) string {
	return fmt.Sprintf("%s of profile %s (%s)", key, profile, s.fileOf(profile, key))
}

// fileOf finds the file that sets a key of a profile, for the message alone. The credentials file goes
// before the other.
func (s shared) fileOf(profile, key string) string {
	for _, path := range []string{s.creds, s.configFile} {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		found := setsKey(f, profile, key)
		_ = f.Close()
		if found {
			return path
		}
	}
	return s.configFile
}

// setsKey tells whether a file of the shared configuration sets a key of a profile.
func setsKey(r io.Reader, profile, key string) bool {
	within := false
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			within = profileOf(line) == profile
			continue
		}
		name, _, ok := strings.Cut(line, "=")
		if ok && within && strings.EqualFold(strings.TrimSpace(name), key) {
			return true
		}
	}
	return false
}

// marked says that a file begins with a mark by which the SDK loses the profile, without a word: all of it in
// UTF-16, in UTF-8 the first line, which counts if the profile begins there.
func (s shared) marked(path string) string {
	head := headOf(path)
	why := byteOrderMark(head)
	line, isUTF8 := strings.CutPrefix(head, "\ufeff")
	if isUTF8 && profileOf(line) != s.profile {
		return ""
	}
	return why
}

// profileOf is the profile that a line begins; nothing if it begins none.
func profileOf(line string) string {
	head, ok := strings.CutPrefix(strings.TrimSpace(line), "[")
	if !ok {
		return ""
	}
	head, _, _ = strings.Cut(head, "]")
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(head), "profile "))
}

// headOf is the first line of a file; nothing if it can't be read or is none.
func headOf(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, _ := bufio.NewReader(io.LimitReader(f, 4096)).ReadString('\n')
	return line
}
