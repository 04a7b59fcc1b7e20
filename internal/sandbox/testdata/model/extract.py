"""Prints what the API's model, as botocore has it, asks of the requests of these operations.

python3 extract.py OPERATION... > model.json
"""

import gzip
import json
import os
import sys

import botocore

RULES = ("max", "min", "pattern", "enum", "required")

with gzip.open(os.path.join(os.path.dirname(botocore.__file__), "data/cognito-idp/2016-04-18/service-2.json.gz")) as file:
    model = json.load(file)
shapes = {}


def visit(name):
    """Takes in a shape, and those that it is made of."""
    if name in shapes:
        return
    whole = model["shapes"][name]
    shape = shapes[name] = {"type": whole["type"]}
    shape.update({rule: whole[rule] for rule in RULES if whole.get(rule) not in (None, [])})
    parts = {part: whole[part]["shape"] for part in ("member", "key", "value") if part in whole}
    members = {member: of["shape"] for member, of in whole.get("members", {}).items()}
    shape.update(parts)
    if members:
        shape["members"] = members
    for part in [*parts.values(), *members.values()]:
        visit(part)


inputs = {}
for operation in sorted(sys.argv[1:]):
    inputs[operation] = model["operations"][operation]["input"]["shape"]
    visit(inputs[operation])
print("{")
print(f' "source": "botocore {botocore.__version__}, service-2.json of cognito-idp (Apache License 2.0)",')
print(f' "operations": {json.dumps(inputs)},')
print(' "shapes": {')
print(",\n".join(f"  {json.dumps(name)}: {json.dumps(shapes[name], sort_keys=True)}" for name in sorted(shapes)))
print(" }\n}")
