"""Holds requests against the model of AWS's API that botocore has: shapes.py SERVICE OPERATION FILE ... prints what is wrong.

FILE is JSON. No call is made, and no credentials are looked for.
"""
import json
import sys

import botocore.session
import botocore.validate

session = botocore.session.Session()
validator = botocore.validate.ParamValidator()
arguments = sys.argv[1:]
for service, operation, path in zip(arguments[::3], arguments[1::3], arguments[2::3]):
    shape = session.get_service_model(service).operation_model(operation).input_shape
    with open(path, encoding="utf-8") as file:
        report = validator.validate(json.load(file), shape)
    if report.has_errors():
        print(f"{path}: {report.generate_report()}")
