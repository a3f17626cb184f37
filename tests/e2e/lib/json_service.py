"""The auth service of examples/auth-json, in the story's own process: what it is asked is kept and held
against the schema of docs/, and so is what it answers. `says` puts other octets in an answer's place."""
import importlib.util
import json
import pathlib

import jsonschema

from .serving import Requests

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "docs/auth-json.schema.json").read_text())


def schema_of(what):
    return jsonschema.Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{what}"})


def example():
    spec = importlib.util.spec_from_file_location("service", ROOT / "examples/auth-json/service.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class JsonService(Requests):
    def __init__(self, port=9000, decide=None):
        service, module = self, example()
        self.decide = decide or module.decide
        self.asked, self.faults, self.says = [], [], None
        self.question, self.answer = schema_of("request"), schema_of("answer")
        module.decide = self.take

        class Answer(module.Service):
            def do_POST(self):
                if service.says is None:
                    return super().do_POST()
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.take(asked)
                self.wfile.write(service.says)
                self.close_connection = True
                return None

        super().__init__(Answer, "127.0.0.1", port)

    def take(self, asked):
        self.asked.append(asked)
        answer = self.decide(asked)
        self.faults += [str(fault) for fault in self.question.iter_errors(asked)]
        self.faults += [str(fault) for fault in self.answer.iter_errors({"version": 1, **answer})]
        return answer


def document(text, status="200 OK", kind="application/json"):
    """An answer with this body."""
    body = text.encode()
    return (f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n").encode() + body
