"""What benches of logins share: an auth service, a mail server and clients, all on asyncio, the servers
in a process of their own so that they take nothing from whom they are measured with."""
import asyncio
import json
import multiprocessing
import os
import time

CAPABILITY = b"IMAP4rev1 SASL-IR AUTH=PLAIN"


async def read_request(reader):
    header = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in header.split(b"\r\n")
                  if line.lower().startswith(b"content-length:"))
    return json.loads(await reader.readexactly(length))


def answer(document):
    body = json.dumps({"version": 1, **document}).encode()
    return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % len(body)) + body


def auth_service(decide):
    """`decide(asked)` is a coroutine; None: never answered."""
    async def serve(reader, writer):
        try:
            while True:
                document = await decide(await read_request(reader))
                if document is None:
                    await reader.read()
                    return
                writer.write(answer(document))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
    return serve


async def mail_server(reader, writer):
    writer.write(b"* OK [CAPABILITY " + CAPABILITY + b"] ready\r\n")
    try:
        while line := await reader.readline():
            tag, _, command = line.partition(b" ")
            word = command.strip().upper()
            if word == b"CAPABILITY":
                writer.write(b"* CAPABILITY " + CAPABILITY + b"\r\n")
            if word == b"LOGOUT":
                writer.write(b"* BYE\r\n" + tag + b" OK bye\r\n")
                return
            writer.write(tag + b" OK [CAPABILITY " + CAPABILITY + b"] done\r\n")
    except ConnectionError:
        pass
    finally:
        writer.close()


def in_a_process(servers):
    """`servers`: (serve, address, port). Returns when they listen."""
    ready = multiprocessing.Event()

    async def all_of_them():
        running = [await asyncio.start_server(serve, address, port, backlog=4096)
                   for serve, address, port in servers]
        ready.set()
        await asyncio.gather(*(server.serve_forever() for server in running))

    process = multiprocessing.get_context("fork").Process(
        target=lambda: asyncio.run(all_of_them()), daemon=True)
    process.start()
    assert ready.wait(20)
    return process


async def login(user, password, port=143):
    """(seconds from the credentials to the answer, the answer)"""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await reader.readline()
        began = time.perf_counter()
        writer.write(f"a LOGIN {user} {password}\r\n".encode())
        while not (line := await reader.readline()).startswith(b"a "):
            if not line:
                break
        return time.perf_counter() - began, line
    finally:
        writer.close()


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat", encoding="ascii").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
