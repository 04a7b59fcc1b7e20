// Package sandbox is a local Amazon Cognito that any AWS client can speak to: an HTTP server with
// the AWS JSON 1.1 protocol and the operations on user pools, users and groups that bulk changes need, by an
// administrator or with users' own tokens. [Operations] lists them.
//
// # Promise
//
// What AWS enforces is enforced: request quotas by category and by user, the schema of the pool,
// required and immutable attributes, aliases, case, the reset of verified flags, tokens and what app
// clients may read and write, the names, texts and shapes of errors. Each request is held against AWS's own model
// of the API first (model.json: required members, lengths, patterns, enums). A request is accepted as a whole
// or changes nothing. With a journal, what was answered survives the death of the process (not of the
// machine: nothing is synced): users, passwords, groups, app clients, pending addresses, the codes sent for
// them, and tokens. A [Server] can also be told to misbehave, by chance ([Faults]) or by script
// ([Faults].Hook, [Faults].Trigger), and to answer filters by the beginning of a sub wrongly ([Faults].List).
//
// # Algorithm
//
// Users hang in indexes by name, sub and alias, and in an ordered list for paging, all guarded by
// the lock of their pool. The state of a user is an immutable value that a writer replaces under the
// user's own lock, so that reads take no lock and updates of different users run in parallel; only
// an update that can move an alias locks the whole pool. Locks are taken in the order pool, user,
// ledger. The ledger numbers every update, writes the journal and keeps the logs: [Server.Log],
// [Server.Messages]. Scripts are asked before anything is locked.
//
// A token is a JWT that nobody but the server checks. The key of a pool comes from the seed and the
// pool's id and is kept in the journal: a token is good on any server with the same journal, and, on
// servers without one, with the same seed, pool id and app client.
//
// # Accounts
//
// At the same address the server plays the Security Token Service (AWS_ENDPOINT_URL leads to both), with AssumeRole and
// GetCallerIdentity, so that programs which work in roles can be tried. Any role can be assumed, of whatever account,
// unless [Faults].Hook says otherwise, which is asked with AssumeRole and the role's ARN. A session is all in its token: it
// is good on every server, and after a restart, until it expires. Who calls in a role sees the pools of that role's account, as
// their ARNs name it, and those of the server's own account ([Config].Account), which everybody sees; ListUserPools lists all. The
// quotas are those of the server: for accounts with a quota each, run a server for each.
//
// # As AWS
//
// Documented (the API reference, the developer guide), or seen by others on AWS (the issue is named):
//
//   - Signing in: InitiateAuth has USER_PASSWORD_AUTH, AdminInitiateAuth has ADMIN_USER_PASSWORD_AUTH
//     and ADMIN_NO_SRP_AUTH, neither the other's (getmoto/moto#4836). An app client that names no
//     ExplicitAuthFlows allows none of them. Users whom an administrator creates have to replace their
//     password, until AdminSetUserPassword sets a permanent one. UserNotConfirmedException comes
//     before the password is looked at (aws/aws-sdk-js#4608). With PreventUserExistenceErrors an
//     unknown user has the wrong password.
//   - Tokens: the scope aws.cognito.signin.user.admin is needed; no signature and no credentials are.
//   - App clients write and read what their WriteAttributes and ReadAttributes say; required
//     attributes must be among the former; the verified flags and developer attributes never are.
//     Access tokens live from five minutes to a day, an hour by default.
//   - A new address is unverified. In a pool with aliases neither the old nor the new one signs its
//     user in until it is verified; in a pool whose usernames are addresses the new one does at once.
//     What AttributesRequireVerificationBeforeUpdate names stays pending under a 200, unless an
//     administrator sends the flag as true in the same request.
//   - A code is sent to a new address if AutoVerifiedAttributes or that setting names it, unless the
//     flag is sent as true or the value is the present one. It is good for a day. Without a code, with
//     a used or an old one VerifyUserAttribute answers ExpiredCodeException, with a wrong one
//     CodeMismatchException (floci-io/floci#2018).
//   - Aliases: an administrator's email_verified=true takes the alias from its holder, whose address
//     becomes unverified (boto/boto3#3213). VerifyUserAttribute answers AliasExistsException instead,
//     which is documented for it and was seen (awslabs/aws-sdk-ios-samples#104), though AWS once said
//     that the alias moves there too (aws-amplify/aws-sdk-ios#515). Usernames that are addresses are
//     unique.
//   - ListUsers with AttributesToGet is an error if a user in the page lacks one
//     (aws/aws-sdk-js#3091), and shows no attributes if the list is empty (aws/aws-sdk-js#2203). Others
//     report that sub cannot be asked for (aws-samples/sample-collaborative-ai-dlc#52) and that a
//     missing attribute was no error (aws/aws-sdk-php#1727); the sandbox does neither.
//   - Filters: an empty value finds nobody (getmoto/moto#4388). Case counts for username and status only
//     (ministackorg/ministack#1465), and the attribute may stand in quotation marks (ministackorg/ministack#1050).
//   - AdminCreateUser with RESEND is about a user who is there, and has not signed in yet.
//   - Developer attributes are dev:NAME, as the API's model has them. Pools of dev:custom:NAME, as others have seen
//     them, keep their names.
//   - CreateUserPool refuses what the model and the texts of the API rule out. A document of a pool that a test or a
//     user gives is not held to it, for some pools are older than AWS's rules: only to what the sandbox would not
//     understand.
//   - A sub stands for local users only; those of identity providers are found by their usernames. A password that an
//     administrator sets confirms them. AdminLinkProviderForUser takes users of providers who have not come yet, five a
//     user, and no user with an immutable custom attribute.
//   - A pool with DeletionProtection stays.
//   - Boolean values are true or false in any case, and kept as they were sent
//     (aws-amplify/amplify-js#8205).
//   - Lambda functions in LambdaConfig: CustomMessage is invoked before a code is sent, with the
//     ClientMetadata, PreAuthentication when a user signs in. One that throws, does not answer or
//     answers wrongly ends the request.
//
// # What is ours, not AWS's
//
// AWS does not document these, or is reported in more than one way, so we chose:
//
//   - A quota is a token bucket of capacity max(5, quota/5), which starts full and of which a rejected
//     request takes nothing; its message is "Rate exceeded" for a category and "Too many requests" for
//     a user.
//   - Under AWS's own quota of 30 a second, a page of users takes 40 ms: AWS is far enough away that a client which asks
//     for one page after the other never meets that quota, and some do not retry. [Config].PageTime says otherwise.
//   - Prefixes of subs are found as those of other attributes are. sub and ^= are documented, and nobody has shown
//     that they go together, nor what AWS would say if they did not: [RefusedPrefix] says that sub cannot be searched.
//     cognito-local 5.3.0 finds them, too (and heeds their case, and has one page for everyone); floci once gave
//     everyone for any prefix (floci-io/floci#233).
//   - AWS reports each constraint that a value breaks, and the value of some; the sandbox the first, and no value.
//   - Members of a group come in the order in which they were created, groups by name. Neither changes the date of
//     modification of a user. A group's users leave it when it is deleted.
//   - Users can be linked to a provider that the pool does not have: it counts as OIDC unless it is a social one. Who is linked to
//     another user gets an AliasExistsException. AdminDisableProviderForUser with Cognito takes the password away.
//   - RESEND changes the temporary password, and takes no attributes.
//   - Of an attribute repeated in one request the last counts. A value has 2,048 bytes at most (the guide
//     says bytes in one place and characters in another); the limits of a pool count characters, as its
//     errors do ("String must be no shorter than 10 characters", aws/aws-sdk-java#1396). Numbers are decimal without
//     an exponent; a DateTime is RFC 3339 or a date. A custom attribute is mutable unless its schema says
//     otherwise. identities cannot be written.
//   - Deleting an address resets its verified flag too. An update that changes nothing leaves the date
//     of modification. email_verified=true alone is about the present address; a pending one stays
//     pending.
//   - An app client without WriteAttributes may write all attributes but developer ones, and without
//     ReadAttributes read them. The API reference speaks of the standard attributes only, the console
//     and those who tried of all (aws/aws-cdk#21835, ustaxcourt/ef-cms#782).
//   - email_verified and phone_number_verified by token are an InvalidParameterException (as
//     floci-io/floci#2530 has it). Others saw success without effect (aws-amplify/amplify-js#6100),
//     and, when signing up, "A client attempted to write unauthorized attribute"
//     (aws/aws-sdk-js#3603).
//   - A preferred_username taken by another confirmed user is an AliasExistsException; so is becoming
//     confirmed with one. Where usernames are addresses, a pending address must be free already when it
//     is asked for.
//   - A token is checked in this order: form, signature and client, expiry, scope, user, standing. The
//     client's permission is asked before the schema. Tokens of users who are not confirmed, or have
//     their password to reset, are refused.
//   - Usernames in filters ignore case where the pool does. The API reference says that case matters
//     there, and makes no difference between pools. Nobody says what an empty prefix finds: it is an empty value, too.
//   - A trigger or a delivery that fails leaves nothing changed; both are asked before it is known
//     whether the alias is free, and no time passes. PreAuthentication is asked before the password.
//   - The texts of errors, where neither an issue above nor the facts of this project have AWS's own.
//   - ClientMetadata is bounded by the API's model alone: 131,072 characters a key or value.
//   - Tokens are signed with HS256, where AWS has RS256 and publishes the keys.
//
// # Not done
//
// Signing up, signing in by identity providers, what becomes of a password that is forgotten, changes to the settings of a
// pool, multi-factor authentication, answers to challenges (a temporary
// password stays one until AdminSetUserPassword), refresh tokens and revocation, sign-in with SRP, app
// clients with a secret, lock-out after wrong passwords, password history and expiry. The messages of
// AdminCreateUser are not made; of no message is there more than its entry in the log, and the custom
// senders are not called. A limit on attempts of a code, or on messages a day, is left to
// [Faults].Hook. The 5 requests a second that AWS allows one pool for requests about app clients are
// not counted. id tokens carry no attributes.
//
// # Limits
//
// State is in memory, about 600 bytes a user with a few attributes. AWS signatures are not checked,
// but must be there where AWS needs them. Passwords are kept as a plain SHA-256: use none that are in
// use elsewhere. A journal belongs to one server at a time.
package sandbox
