"""The admin pages of a program: what its operator sees."""
import re
import urllib.error
import urllib.request

from .gate import ADDRESS


def page(name, port=9901):
    with urllib.request.urlopen(f"http://{ADDRESS}:{port}/{name}", timeout=10) as answer:
        return answer.read().decode()


def code(name, port=9901):
    """Of the answer: 200, 503."""
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}:{port}/{name}", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def metric(name, port=9901, **labels):
    """The sum of the series that have these labels; 0 when there are none."""
    total = 0.0
    for line in page("metrics", port).splitlines():
        match = re.match(rf"{name}(?:{{(.*)}})? (\S+)$", line)
        if match and all(f'{key}="{value}"' in (match[1] or "") for key, value in labels.items()):
            total += float(match[2])
    return total


def config(port=9901):
    """/config without what only one program can say: the same for everybody who has the same."""
    return page("config", port)


def resources(port=9901):
    """{"SERVER mail/example": version, ...} as /config tells."""
    found = {}
    for line in page("config", port).splitlines():
        match = re.match(r"(SECRET|BACKEND|ENDPOINTS|TABLE|PROVIDER|SERVER|LISTENER|CLASS) (\S+) (?:version )?([0-9a-f]{32})", line)
        if match:
            found[f"{match[1]} {match[2]}"] = match[3]
    return found
