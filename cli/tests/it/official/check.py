"""Checks what `describe` prints against the official schemas. Prints a line for each problem."""

import copy
import json
import pathlib
import sys

from jsonschema import Draft7Validator, Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

folder = pathlib.Path(sys.argv[1])
given = json.load(sys.stdin)


def path_of(version):
    return folder / "node_modules" / "@asyncapi" / "specs" / "schemas" / f"{version}.json"


asyncapi_schema = json.loads(path_of("3.0.0").read_text())


def problems_of_openapi(document):
    return [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]


def problems_of_asyncapi(document):
    return [error.message for error in Draft7Validator(asyncapi_schema).iter_errors(document)]


def problems_of_sample(schema, sample):
    return [error.message for error in Draft202012Validator(schema).iter_errors(sample)]


def report(what, problems):
    for problem in problems:
        print(f"{what}: {problem[:500]}")


report("openapi", problems_of_openapi(given["openapi"]))
report("asyncapi", problems_of_asyncapi(given["asyncapi"]))
for name, schema in [("all", given["all"]), *given["schemas"].items()]:
    Draft202012Validator.check_schema(schema)
for name, sample in given["samples"].items():
    report(name, problems_of_sample(given["schemas"][name], sample))
    report(f"{name} of all", problems_of_sample(given["all"], sample))
    sealed = {**sample, "isEncrypted": True, "payload": "c2VhbGVk"}
    report(f"{name}, sealed", problems_of_sample(given["schemas"][name], sealed))

# The validators have to find something where something is wrong.
for name, problems_of in [("openapi", problems_of_openapi), ("asyncapi", problems_of_asyncapi)]:
    for member in ["info", name]:
        broken = copy.deepcopy(given[name])
        del broken[member]
        if not problems_of(broken):
            print(f"{name} without `{member}` is accepted")
for name, sample in given["samples"].items():
    schema = given["schemas"][name]
    wrong = [
        {**sample, "eventType": "other"},
        {**sample, "payload": {}},
        {**sample, "isEncrypted": "yes"},
        {member: value for member, value in sample.items() if member != "payload"},
    ]
    for number, sample in enumerate(wrong):
        if not problems_of_sample(schema, sample) or not problems_of_sample(given["all"], sample):
            print(f"{name}: wrong sample {number} is accepted")
