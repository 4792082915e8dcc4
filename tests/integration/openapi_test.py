"""docs/openapi.json against the routes in the source and the answers of a real aerostatd."""

import json
import re
import shutil
import unittest
from typing import Any

from tests.harness.daemon import ApiError, Daemon
from tests.harness.paths import ROOT, new_rundir

DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int, "number": (int, float)}


def faults(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """Where a value breaks its schema; as much of JSON Schema as the document uses."""
    if "$ref" in schema:
        return faults(value, DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], at)
    allowed = schema.get("type", list(TYPES))
    allowed = [allowed] if isinstance(allowed, str) else allowed
    fits = any(isinstance(value, TYPES[one]) and not (isinstance(value, bool) and one in ("integer", "number")) for one in allowed)
    if not fits:
        return [f"{at}: {value!r} is not {allowed}"]
    out = []
    if "enum" in schema and value not in schema["enum"]:
        out.append(f"{at}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        out += [f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value]
        more = schema.get("additionalProperties", True)
        for name, one in value.items():
            if name in known:
                out += faults(one, known[name], f"{at}.{name}")
            elif isinstance(more, dict):
                out += faults(one, more, f"{at}.{name}")
            elif not more:
                out.append(f"{at}: {name} is not described")
    if isinstance(value, list):
        for index, one in enumerate(value):
            out += faults(one, schema.get("items", {}), f"{at}[{index}]")
    return out


def described() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}


class OpenApi(unittest.TestCase):
    def test_each_route_is_described_with_its_parameters(self) -> None:
        source = (ROOT / "src/api/routes.cc").read_text()
        routes = re.findall(r'Route\{"(\w+)", "([^"]+)", "([^"]*)"', source)
        self.assertGreater(len(routes), 20)
        self.assertEqual({(method, path.replace("*", "{name}")) for method, path, _ in routes}, described())
        for method, path, parameters in routes:
            operation = DOCUMENT["paths"][path.replace("*", "{name}")][method.lower()]
            self.assertEqual([p["name"] for p in operation.get("parameters", []) if p["in"] == "query"], parameters.split(), path)

    def test_every_reference_leads_somewhere(self) -> None:
        for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)):
            self.assertIn(name, DOCUMENT["components"]["schemas"])

    def test_the_daemon_answers_as_described(self) -> None:
        bodies = {("PATCH", "/v1/vms/{name}"): {"weight": 7}, ("POST", "/v1/tokens"): {"name": "web", "role": "read"},
                  ("POST", "/v1/reservations"): {"vm": "web", "memory_bytes": "128M"}}
        checked = problems = 0
        rundir = new_rundir()
        self.addCleanup(shutil.rmtree, rundir)
        with Daemon(rundir) as daemon:
            # Deletions last, so that there is something to delete.
            for method, path in sorted(described(), key=lambda one: (one[0] == "DELETE", one[0] == "GET", one)):
                operation = DOCUMENT["paths"][path][method.lower()]
                content = operation["responses"]["200"]["content"]
                if "application/json" not in content:
                    continue
                schema = content["application/json"]["schema"]
                try:
                    answer = daemon.request(method, path.replace("{name}", "web"), bodies.get((method, path)))
                    checked += 1
                except ApiError as error:
                    answer, schema = error.body, {"$ref": "#/components/schemas/Problem"}
                    problems += 1
                self.assertEqual(faults(answer, schema), [], f"{method} {path}")
            self.assertEqual(daemon.request("GET", "/v1/openapi.json"), DOCUMENT)
        print(f"  {checked} answers and {problems} problems are as described")
        self.assertGreater(checked, 12)


if __name__ == "__main__":
    unittest.main()
