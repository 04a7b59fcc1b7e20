"""What an administrator and a user do with boto3, and what they are refused.

Prints one line a step: its name, and what came of it. The test's own side of the server is under
CONTROL_URL: the codes sent, the clock, which stands still, and the quotas, which are off.
"""

import json
import os
import urllib.parse
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PASSWORD = "Made-up-1"


def connect(attempts):
    return boto3.client("cognito-idp", endpoint_url=os.environ["AWS_ENDPOINT_URL"],
                        config=Config(retries={"mode": "standard", "total_max_attempts": attempts}))


cognito = connect(attempts=1)


def control(name, **query):
    """Asks the test's side of the server for something."""
    url = f"{os.environ['CONTROL_URL']}/{name}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


def describe(error):
    """Names the class of an exception if it is the one of its code, and ClientError if not."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"].replace("\n", "\\n")
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    own = getattr(cognito.exceptions, code, None)
    kind = f"exceptions.{code}" if type(error) is own else f"ClientError {code}"
    return f"{kind}, {status}: {message}"


def step(name, call, show=lambda answer: "done", **request):
    """Makes a call, prints what came of it, and returns the answer, None for an error."""
    try:
        answer = call(**request)
    except ClientError as error:
        print(f"{name}: {describe(error)}")
        return None
    print(f"{name}: {show(answer)}")
    return answer


# --- what the answers look like to AWS's model of the API ---

KINDS = {"structure": dict, "map": dict, "list": list, "string": str, "integer": int, "long": int,
         "boolean": bool, "timestamp": (int, float)}
strange = set()


def compare(shape, value, place):
    """Notes what of an answer the model does not have, or has in another type."""
    if not isinstance(value, KINDS[shape.type_name]):
        strange.add(f"{place}: {value!r} is no {shape.type_name}")
    elif shape.type_name == "structure":
        strange.update(f"{place}.{name}: missing" for name in shape.required_members if name not in value)
        for name, member in value.items():
            if name in shape.members:
                compare(shape.members[name], member, f"{place}.{name}")
            else:
                strange.add(f"{place}.{name}: unknown")
    elif shape.type_name == "list":
        for member in value:
            compare(shape.member, member, place)
    elif shape.type_name == "map":
        for member in value.values():
            compare(shape.value, member, place)
    elif shape.type_name == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        strange.add(f"{place}: {value!r} is none of {shape.enum}")


def check(operation_model, response_dict, **_):
    if response_dict["status_code"] < 300 and operation_model.output_shape:
        compare(operation_model.output_shape, json.loads(response_dict["body"]), operation_model.name)


cognito.meta.events.register("before-parse.cognito-idp", check)


# --- how the steps name and show things ---

def pairs(**attributes):
    """Attributes as the API has them; an underscore before a name is the prefix of custom ones."""
    return [{"Name": f"custom:{name[1:]}" if name[0] == "_" else name, "Value": value}
            for name, value in attributes.items()]


def shown(attributes, *names):
    values = {a["Name"]: a["Value"] for a in attributes}
    return " ".join(f"{name}={values.get(name)}" for name in names or values)


def of_user(*names):
    return lambda answer: shown(answer["UserAttributes"], *names)


def created(answer):
    user = answer["User"]
    return f"{user['Username']} {user['UserStatus']} enabled={user['Enabled']} {user['UserCreateDate'].timestamp():.0f}"


def users(answer):
    return " ".join(user["Username"] for user in answer["Users"]) or "nobody"


def deliveries(answer):
    return " ".join("{AttributeName} {DeliveryMedium} {Destination}".format(**d)
                    for d in answer["CodeDeliveryDetailsList"]) or "nothing is sent"


# --- a pool, a client, users ---

print("# pool and client")
pool = step("create a pool", cognito.create_user_pool, lambda a: a["UserPool"]["Name"],
            PoolName="shop", AliasAttributes=["email", "preferred_username"], AutoVerifiedAttributes=["email"],
            UsernameConfiguration={"CaseSensitive": False},
            Schema=[
                {"Name": "tier", "AttributeDataType": "String", "Mutable": True,
                 "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "20"}},
                {"Name": "points", "AttributeDataType": "Number", "Mutable": True,
                 "NumberAttributeConstraints": {"MinValue": "-5", "MaxValue": "100"}},
                {"Name": "fixed", "AttributeDataType": "String", "Mutable": False},
                {"Name": "cost", "AttributeDataType": "String", "DeveloperOnlyAttribute": True, "Mutable": True},
                {"Name": "given_name", "AttributeDataType": "String", "Required": True, "Mutable": True},
            ])["UserPool"]["Id"]
step("describe the pool", cognito.describe_user_pool,
     lambda a: " ".join(s["Name"] for s in a["UserPool"]["SchemaAttributes"] if ":" in s["Name"]), UserPoolId=pool)
step("unknown pool", cognito.describe_user_pool, UserPoolId="us-east-1_none")
step("list pools", cognito.list_user_pools, lambda a: a["UserPools"][0]["Name"], MaxResults=60)
app = step("create a client", cognito.create_user_pool_client,
           lambda a: f"writes {' '.join(a['UserPoolClient']['WriteAttributes'])}",
           UserPoolId=pool, ClientName="app", GenerateSecret=False,
           WriteAttributes=["email", "given_name", "nickname", "custom:tier"],
           ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"])["UserPoolClient"]["ClientId"]
step("describe the client", cognito.describe_user_pool_client, lambda a: a["UserPoolClient"]["ClientName"],
     UserPoolId=pool, ClientId=app)
step("client that may write what is not there", cognito.create_user_pool_client,
     UserPoolId=pool, ClientName="odd", WriteAttributes=["given_name", "custom:none"])

print("# users")


def create(username, /, **attributes):
    step(f"create {username}", cognito.admin_create_user, created, UserPoolId=pool, Username=username,
         MessageAction="SUPPRESS", UserAttributes=pairs(**attributes))


create("ann", given_name="Ann", family_name="Reed", name="Ann Reed", email="ann@example.com", email_verified="true",
       phone_number="+15550100001", _fixed="f1")
create("anna", given_name="Anna", family_name="Reed", name="Anna Reed", email="anna@example.com")
create("bob", given_name="Bob", family_name="Stone", name="Bob Stone", phone_number="+15550100002",
       preferred_username="bobby")
for number in range(1, 8):
    create(f"user-{number}", given_name="U")
create("ANN", given_name="Ann")
create("eve@example.com", given_name="Eve")
create("eve", family_name="None", _none="x")
create("eve", given_name="Eve", _points="101")
create("eve", given_name="Eve", email="ann@example.com", email_verified="true")
step("weak password", cognito.admin_set_user_password, UserPoolId=pool, Username="ann", Password="sesame", Permanent=True)
for name in ("ann", "anna", "bob"):
    step(f"password of {name}", cognito.admin_set_user_password,
         UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
step("disable a user", cognito.admin_disable_user, UserPoolId=pool, Username="user-7")

print("# an administrator's updates")


def update(name, username, /, **attributes):
    step(name, cognito.admin_update_user_attributes,
         UserPoolId=pool, Username=username, UserAttributes=pairs(**attributes))


def read(name, username, *names):
    step(name, cognito.admin_get_user, of_user(*names), UserPoolId=pool, Username=username)


update("update", "ann", _tier="gold", _points="7", nickname="Annie")
read("read", "ann", "custom:tier", "custom:points", "nickname", "custom:fixed")
read("read by alias, in another case", "ANN@example.com", "given_name")
update("delete by a blank value", "ann", nickname="")
read("it is gone", "ann", "nickname")
update("unknown attribute", "ann", _none="x")
update("unknown user", "eve", _tier="gold")
update("immutable attribute", "ann", _fixed="f2")
update("required attribute", "ann", given_name="")
update("too short, and no number", "ann", _tier="x", _points="many")
update("no address", "ann", email="example.com")
update("no telephone number", "ann", phone_number="555")
update("preferred username of another", "ann", preferred_username="Bobby")
update("address of another, as verified", "anna", email="ann@example.com", email_verified="true")
read("it is taken from its holder", "ann", "email", "email_verified")
update("and given back", "ann", email="ann@example.com", email_verified="true")
try:
    cognito.admin_get_user(UserPoolId=pool, Username="eve")
except cognito.exceptions.UserNotFoundException as error:
    print(f"caught by its class: {error.response['Error']['Message']}")

print("# sign in")


def sign_in(name, flow="USER_PASSWORD_AUTH", username="ann", password=PASSWORD, client=None):
    call, request = cognito.initiate_auth, {}
    if flow.startswith("ADMIN"):
        call, request = cognito.admin_initiate_auth, {"UserPoolId": pool}
    answer = step(name, call,
                  lambda a: a.get("ChallengeName") or "{TokenType}, {ExpiresIn} seconds".format(**a["AuthenticationResult"]),
                  ClientId=client or app, AuthFlow=flow, AuthParameters={"USERNAME": username, "PASSWORD": password}, **request)
    return answer and answer.get("AuthenticationResult", {}).get("AccessToken")


token = sign_in("sign in")
sign_in("as an administrator", "ADMIN_USER_PASSWORD_AUTH")
sign_in("by an alias", username="ann@example.com")
sign_in("wrong password", password="Wrong-up-1")
sign_in("unknown user", username="eve")
sign_in("disabled user", username="user-7")
sign_in("unknown client", client="none")
step("temporary password", cognito.admin_set_user_password, UserPoolId=pool, Username="bob", Password=PASSWORD, Permanent=False)
sign_in("has to be replaced", username="bob")
step("permanent again", cognito.admin_set_user_password, UserPoolId=pool, Username="bob", Password=PASSWORD, Permanent=True)

print("# a user's updates")


def update_self(name, /, **attributes):
    step(name, cognito.update_user_attributes, deliveries, AccessToken=token, UserAttributes=pairs(**attributes))


def read_self(name, *names):
    step(name, cognito.get_user, of_user(*names), AccessToken=token)


def verify(name, code):
    step(name, cognito.verify_user_attribute, AccessToken=token, AttributeName="email", Code=code)


update_self("update by token", _tier="silver", nickname="Annie")
read_self("read by token", "custom:tier", "nickname", "email_verified")
update_self("delete by a blank value", nickname="")
read_self("it is gone", "nickname")
update_self("new address", email="new@example.com")
read_self("it is not verified", "email", "email_verified")
verify("wrong code", "no-code")
verify("verify", control("code"))
read_self("it is verified", "email", "email_verified")
verify("code used before", control("code"))
step("ask for a code", cognito.get_user_attribute_verification_code,
     lambda a: "{AttributeName} {DeliveryMedium} {Destination}".format(**a["CodeDeliveryDetails"]),
     AccessToken=token, AttributeName="email")
update_self("unknown attribute", _none="x")
update_self("too short", _tier="x")
update_self("attribute that the client may not write", _points="8")
update_self("developer attribute", **{"dev:cost": "8"})
update_self("verified flag", email_verified="true")
step("no token", cognito.get_user, AccessToken="made-up")
others = sign_in("as another", username="anna")
header, _, signature = token.split(".")
step("forged token", cognito.get_user, AccessToken=".".join((header, others.split(".")[1], signature)))
control("forward", by="2h")
step("expired token", cognito.get_user, AccessToken=token)
step("the same for an update", cognito.update_user_attributes, AccessToken=token, UserAttributes=pairs(_tier="gold"))
control("forward", by="23h")
token = sign_in("sign in again")
verify("expired code", control("code"))
token = sign_in("as another again", username="anna")
update_self("address of another", email="new@example.com")
verify("it cannot be verified", control("code"))

print("# pools of other kinds")
shop, pool = pool, step("usernames that are addresses", cognito.create_user_pool, lambda a: a["UserPool"]["UsernameAttributes"],
                        PoolName="addresses", UsernameAttributes=["email"])["UserPool"]["Id"]
client = {"UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}
app = step("a client of it", cognito.create_user_pool_client, **client)["UserPoolClient"]["ClientId"]
for name in ("kim@example.com", "lee@example.com"):
    step(f"create {name}", cognito.admin_create_user,
         lambda a: shown(a["User"]["Attributes"], "email") + f" sub is the username: "
         f"{shown(a['User']['Attributes'], 'sub') == 'sub=' + a['User']['Username']}", UserPoolId=pool, Username=name)
    step("password", cognito.admin_set_user_password, UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
step("create one again", cognito.admin_create_user, UserPoolId=pool, Username="kim@example.com")
step("create one without an address", cognito.admin_create_user, UserPoolId=pool, Username="kim")
token = sign_in("sign in", username="kim@example.com")
update_self("address of another", email="lee@example.com")
update_self("free address", email="max@example.com")
sign_in("sign in by it", username="max@example.com")
sign_in("no more by the old one", username="kim@example.com")

pool = step("addresses that wait", cognito.create_user_pool, PoolName="waiting", AutoVerifiedAttributes=["email"],
            UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]})["UserPool"]["Id"]
client["UserPoolId"] = pool
app = step("a client of it", cognito.create_user_pool_client, **client)["UserPoolClient"]["ClientId"]
create("kim", email="kim@example.com", email_verified="true")
step("password", cognito.admin_set_user_password, UserPoolId=pool, Username="kim", Password=PASSWORD, Permanent=True)
token = sign_in("sign in", username="kim")
update_self("new address", email="new@example.com")
read_self("waits", "email", "email_verified")
verify("until it is verified", control("code"))
read_self("then it counts", "email", "email_verified")

print("# list and filter")
pool = shop


def page(name, show=users, **request):
    return step(name, cognito.list_users, show, UserPoolId=pool, **request)


for attribute, equal, prefix in (
        ("username", "ann", "an"), ("email", "new@example.com", "new@"), ("phone_number", "+15550100002", "+1555010"),
        ("name", "Bob Stone", "Ann"), ("given_name", "U", "A"), ("family_name", "Reed", "St"),
        ("preferred_username", "bobby", "bo"), ("cognito:user_status", "CONFIRMED", "FORCE"),
        ("cognito:user_status", "confirmed", "force"),
        ("status", "Disabled", "En"), ("status", "disabled", "en")):
    page(f'{attribute} = "{equal}"', Filter=f'{attribute} = "{equal}"')
    page(f'{attribute} ^= "{prefix}"', Filter=f'{attribute} ^= "{prefix}"')
sub = {a["Name"]: a["Value"] for a in cognito.admin_get_user(UserPoolId=pool, Username="bob")["UserAttributes"]}["sub"]
page("sub =", Filter=f'sub = "{sub}"')
page("sub ^=", Filter=f'sub ^= "{sub[:13]}"')
page("username that is not there", Filter='username = "eve"')
page("custom attribute", Filter='custom:tier = "silver"')
page("no filter at all", Filter="username")
page("attributes to get", lambda a: " | ".join(shown(u["Attributes"]) for u in a["Users"]),
     Filter='username ^= "an"', AttributesToGet=["given_name", "email"])
page("attribute that some lack", AttributesToGet=["email"])
page("no such attribute", AttributesToGet=["custom:none"])

print("# pages")
first = page("a page", Limit=4)
second = page("the next", Limit=4, PaginationToken=first["PaginationToken"])
third = page("the last", lambda a: f"{users(a)}, more: {'PaginationToken' in a}", Limit=4, PaginationToken=second["PaginationToken"])
page("token with another filter", Filter='username ^= "a"', PaginationToken=first["PaginationToken"])
page("made-up token", PaginationToken="made-up")
paginator = cognito.get_paginator("list_users")
pages = [users(answer) for answer in paginator.paginate(UserPoolId=pool, PaginationConfig={"PageSize": 4})]
print(f"paginator: {' | '.join(pages)}")
start = paginator.paginate(UserPoolId=pool, PaginationConfig={"PageSize": 4, "MaxItems": 6})
print(f"paginator that stops within a page: {users(start.build_full_result())}")
rest = paginator.paginate(UserPoolId=pool, PaginationConfig={"PageSize": 4, "StartingToken": start.resume_token})
print(f"and goes on: {users(rest.build_full_result())}")
found = paginator.paginate(UserPoolId=pool, Filter='username ^= "user-"', PaginationConfig={"PageSize": 2})
print(f"paginator with a filter: {' | '.join(users(answer) for answer in found)}")

print("# groups")


def group(answer):
    return " ".join(f"{key}={answer['Group'][key]}" for key in sorted(answer["Group"]) if "Date" not in key and key != "UserPoolId")


def groups(answer):
    return " ".join(g["GroupName"] for g in answer["Groups"]) or "no groups"


def member(name, call, username, group_name, **more):
    return step(name, call, UserPoolId=pool, Username=username, GroupName=group_name, **more)


step("create a group", cognito.create_group, group, UserPoolId=pool, GroupName="staff", Description="made up", Precedence=1,
     RoleArn="arn:aws:iam::111122223333:role/staff")
step("another", cognito.create_group, group, UserPoolId=pool, GroupName="admins")
step("the first again", cognito.create_group, group, UserPoolId=pool, GroupName="staff")
step("change it", cognito.update_group, group, UserPoolId=pool, GroupName="staff", Precedence=0)
step("get it", cognito.get_group, group, UserPoolId=pool, GroupName="staff")
step("get none", cognito.get_group, group, UserPoolId=pool, GroupName="none")
step("list groups", cognito.list_groups, groups, UserPoolId=pool)
for number in (1, 3, 5, 7):
    member(f"user-{number} joins", cognito.admin_add_user_to_group, f"user-{number}", "staff")
member("user-3 joins another", cognito.admin_add_user_to_group, "user-3", "admins")
member("nobody joins", cognito.admin_add_user_to_group, "nobody", "staff")
member("user-1 joins none", cognito.admin_add_user_to_group, "user-1", "none")
step("groups of user-3", cognito.admin_list_groups_for_user, groups, UserPoolId=pool, Username="user-3")
step("members", cognito.list_users_in_group, users, UserPoolId=pool, GroupName="staff")
members = cognito.get_paginator("list_users_in_group")
print(f"paginator of members: {' | '.join(users(a) for a in members.paginate(UserPoolId=pool, GroupName='staff', PaginationConfig={'PageSize': 3}))}")
of_three = cognito.get_paginator("admin_list_groups_for_user")
print(f"paginator of groups: {' | '.join(groups(a) for a in of_three.paginate(UserPoolId=pool, Username='user-3', PaginationConfig={'PageSize': 1}))}")
member("user-5 leaves", cognito.admin_remove_user_from_group, "user-5", "staff")
member("user-5 leaves again", cognito.admin_remove_user_from_group, "user-5", "staff")
step("members now", cognito.list_users_in_group, users, UserPoolId=pool, GroupName="staff")
step("delete a group", cognito.delete_group, UserPoolId=pool, GroupName="staff")
step("groups of user-3 now", cognito.admin_list_groups_for_user, groups, UserPoolId=pool, Username="user-3")
step("its members", cognito.list_users_in_group, users, UserPoolId=pool, GroupName="staff")

print("# identity providers")


def link(name, subject, username, provider="Google"):
    step(name, cognito.admin_link_provider_for_user, UserPoolId=pool,
         DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": username},
         SourceUser={"ProviderName": provider, "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": subject})


def unlink(name, subject):
    step(name, cognito.admin_disable_provider_for_user, UserPoolId=pool,
         User={"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": subject})


def identities(answer):
    value = next((a["Value"] for a in answer["UserAttributes"] if a["Name"] == "identities"), "[]")
    return " ".join(f"{i['providerName']}:{i['userId']}:{i['primary']}" for i in json.loads(value)) or "none"


step("create a provider", cognito.create_identity_provider, lambda a: a["IdentityProvider"]["ProviderType"], UserPoolId=pool,
     ProviderName="Google", ProviderType="Google", ProviderDetails={"client_id": "made-up", "client_secret": "made-up", "authorize_scopes": "openid"},
     AttributeMapping={"email": "email"})
step("create it again", cognito.create_identity_provider, UserPoolId=pool, ProviderName="Google", ProviderType="Google", ProviderDetails={})
step("a type that is none", cognito.create_identity_provider, UserPoolId=pool, ProviderName="other", ProviderType="Other", ProviderDetails={})
step("describe it", cognito.describe_identity_provider, lambda a: a["IdentityProvider"]["AttributeMapping"]["email"], UserPoolId=pool, ProviderName="Google")
step("list providers", cognito.list_identity_providers, lambda a: " ".join(p["ProviderName"] for p in a["Providers"]), UserPoolId=pool)
link("link", "77", "user-1")
link("link another", "78", "user-1", provider="Facebook")
link("link again", "77", "user-1")
link("link to another", "77", "user-2")
link("link to nobody", "79", "nobody")
step("identities", cognito.admin_get_user, identities, UserPoolId=pool, Username="user-1")
unlink("end the link", "77")
unlink("end it again", "77")
step("identities now", cognito.admin_get_user, identities, UserPoolId=pool, Username="user-1")
step("delete the provider", cognito.delete_identity_provider, UserPoolId=pool, ProviderName="Google")
step("delete it again", cognito.delete_identity_provider, UserPoolId=pool, ProviderName="Google")
step("identities cannot be written", cognito.admin_update_user_attributes, UserPoolId=pool, Username="user-1",
     UserAttributes=pairs(identities="[]"))

print("# an administrator's other requests")
update("two attributes", "user-1", nickname="one", _tier="gold")
step("delete them", cognito.admin_delete_user_attributes, UserPoolId=pool, Username="user-1", UserAttributeNames=["nickname", "custom:tier"])
step("they are gone", cognito.admin_get_user, of_user("nickname", "custom:tier"), UserPoolId=pool, Username="user-1")
step("delete what is required", cognito.admin_delete_user_attributes, UserPoolId=pool, Username="user-1", UserAttributeNames=["given_name"])
step("disable", cognito.admin_disable_user, UserPoolId=pool, Username="user-1")
step("it is disabled", cognito.admin_get_user, lambda a: str(a["Enabled"]), UserPoolId=pool, Username="user-1")
step("enable", cognito.admin_enable_user, UserPoolId=pool, Username="user-1")
step("invite again", cognito.admin_create_user, lambda a: a["User"]["UserStatus"], UserPoolId=pool, Username="user-1", MessageAction="RESEND")
step("invite nobody", cognito.admin_create_user, UserPoolId=pool, Username="nobody", MessageAction="RESEND")
step("invite who is confirmed", cognito.admin_create_user, UserPoolId=pool, Username="ann", MessageAction="RESEND")
step("reset a password", cognito.admin_reset_user_password, UserPoolId=pool, Username="user-1")
step("name with a blank", cognito.admin_get_user, UserPoolId=pool, Username="a b")
step("add an attribute", cognito.add_custom_attributes, UserPoolId=pool, CustomAttributes=[{"Name": "rank", "AttributeDataType": "Number"}])
update("write it", "user-1", _rank="7")
step("add it again", cognito.add_custom_attributes, UserPoolId=pool, CustomAttributes=[{"Name": "rank", "AttributeDataType": "Number"}])
step("list clients", cognito.list_user_pool_clients, lambda a: " ".join(c["ClientName"] for c in a["UserPoolClients"]), UserPoolId=pool, MaxResults=60)
second = step("create a protected pool", cognito.create_user_pool, lambda a: a["UserPool"]["Name"], PoolName="second",
              DeletionProtection="ACTIVE")["UserPool"]["Id"]
step("delete it", cognito.delete_user_pool, UserPoolId=second)
third = step("create one that is not", cognito.create_user_pool, lambda a: a["UserPool"]["Name"], PoolName="third")["UserPool"]["Id"]
step("delete it", cognito.delete_user_pool, UserPoolId=third)
step("it is gone", lambda **of: "there" if third in [p["Id"] for p in cognito.list_user_pools(**of)["UserPools"]] else "gone",
     lambda answer: answer, MaxResults=60)

print("# quotas")
control("quotas")
for number in range(1, 7):
    update(f"update {number}", "ann", _tier=f"tier-{number}")
try:
    connect(attempts=2).admin_update_user_attributes(UserPoolId=pool, Username="ann", UserAttributes=pairs(_tier="gold"))
except cognito.exceptions.TooManyRequestsException as error:
    print(f"boto3 takes it for a throttle: {error.response['ResponseMetadata']['RetryAttempts']} retry")
control("forward", by="1s")
update("a second later", "ann", _tier="gold")

print("# what the test saw")
print(f"calls without a signature: {control('unsigned')}")
print(f"not in AWS's model of the API: {', '.join(sorted(strange)) or 'nothing'}")
