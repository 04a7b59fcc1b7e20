package sandbox

// ByCategory are the quotas by the names that AWS has for them, to be set.
func (q *Quotas) ByCategory() map[string]*float64 {
	return map[string]*float64{
		"UserUpdate": &q.UserUpdate, "UserRead": &q.UserRead, "UserList": &q.UserList, "UserCreation": &q.UserCreation,
		"UserPoolRead": &q.UserPoolRead, "UserPoolUpdate": &q.UserPoolUpdate,
		"UserPoolClientRead": &q.UserPoolClientRead, "UserPoolClientUpdate": &q.UserPoolClientUpdate,
		"UserPoolResourceRead": &q.UserPoolResourceRead, "UserPoolResourceUpdate": &q.UserPoolResourceUpdate,
		"UserAuthentication": &q.UserAuthentication, "UserAccountRecovery": &q.UserAccountRecovery,
		"UserResourceRead": &q.UserResourceRead, "PerUserWrite": &q.PerUserWrite, "PerUserRead": &q.PerUserRead,
	}
}

// updatesOfAWS is AWS's quota of updates a second.
const updatesOfAWS = 25

// Raise raises the quotas of what goes along with updates (the reads before them, the sign-ins that users'
// tokens come from, the codes for new addresses) in proportion, so that so many updates a second
// can be made; a quota that was given stays, and none falls below AWS's.
func (q *Quotas) Raise(updates float64) {
	for field, ofAWS := range map[*float64]float64{
		&q.UserRead: 120, &q.UserList: 30, &q.UserAuthentication: 120, &q.UserResourceRead: 50,
	} {
		if *field == 0 {
			*field = ofAWS * max(1, updates/updatesOfAWS)
		}
	}
}

// ByKind are the probabilities by the names that people have for the faults, to be set.
func (f *Faults) ByKind() map[string]*float64 {
	return map[string]*float64{
		"throttle": &f.Throttle, "internal": &f.Internal, "lambda": &f.Lambda, "user-lambda": &f.UserLambda,
		"access-denied": &f.AccessDenied, "expired-token": &f.ExpiredToken,
		"drop-before": &f.DropBefore, "drop-after": &f.DropAfter, "hang": &f.Hang,
		"trigger-throws": &f.TriggerThrows, "trigger-timeout": &f.TriggerTimeout, "trigger-garbage": &f.TriggerGarbage,
		"undeliverable": &f.Undeliverable,
	}
}

// ListFaults are the faults of lists, each with whether it is about one user.
func ListFaults() map[ListFault]bool {
	return map[ListFault]bool{RefusedPrefix: false, IgnoredPrefix: false, LostUser: true, RepeatedUser: true, StrayUser: true}
}
