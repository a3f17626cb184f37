#!/usr/bin/env python3
"""Fails when an #include goes through a wall that tools/layers.txt has no door in."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)
OUTSIDE = {  # beginning of a header's name -> the word layers.txt knows it by
    "boost/asio": "<asio>", "boost/beast": "<beast>", "openssl/": "<openssl>",
    "grpcpp/": "<grpc>", "google/protobuf/": "<proto>", "boost/json": "<json>",
    "yaml-cpp/": "<yaml>", "re2/": "<re2>",
    "sys/": "<os>", "netinet/": "<os>", "unistd.h": "<os>",
    "prometheus/": "<prometheus>", "CLI/": "<cli11>",
    "thread": "<threads>", "mutex": "<threads>", "future": "<threads>",
}


def read_layers():
    layers = {}
    for line in (ROOT / "tools/layers.txt").read_text().splitlines():
        name, colon, allowed = line.split("#")[0].partition(":")
        if colon:
            layers[name.strip()] = set(allowed.split())
    return layers


def first_cycle(layers):
    done, trail = set(), []

    def visit(name):
        if name in trail:
            return trail[trail.index(name):] + [name]
        if name not in done:
            trail.append(name)
            for other in sorted(layers.get(name, ())):
                if found := visit(other):
                    return found
            done.add(trail.pop())
        return None

    return next(filter(None, map(visit, sorted(layers))), None)


def target_of(quote, header, layers):
    if header.endswith(".pb.h"):
        return "<grpc>" if header.endswith(".grpc.pb.h") else "<proto>"
    if quote == "<":
        return next((word for start, word in OUTSIDE.items() if header.startswith(start)), None)
    return next((room for room in layers if header.startswith(room + "/")), "?")


def problems_in(file, layers):
    here = file.relative_to(ROOT).as_posix()
    room = next((name for name in layers if here.startswith(name + "/")), None)
    if room is None:
        yield f"{here}: its folder is not in tools/layers.txt"
        return
    for quote, header in INCLUDE.findall(file.read_text(errors="replace")):
        target = target_of(quote, header, layers)
        if target == "?":
            yield f'{here}: "{header}": write the path from the root'
        elif target and target != room and target not in layers[room]:
            yield f"{here}: {room} has no door to {target} ({header})"


def main():
    layers = read_layers()
    cycle = first_cycle(layers)
    problems = [f"tools/layers.txt: a cycle: {' -> '.join(cycle)}"] if cycle else []
    for top in sorted({name.split("/")[0] for name in layers}):
        for file in sorted((ROOT / top).rglob("*")):
            if file.suffix in {".h", ".cc"}:
                problems += problems_in(file, layers)
    print("\n".join(problems) or "layers: ok")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
