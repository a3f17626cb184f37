"""What guests say and expect, for mail_load."""

LOGIN = ["hear * OK", "say a LOGIN user@example.test password", "hear a OK", "answered"]
BY_LITERAL = ["hear * OK", "say a LOGIN {17}", "hear +", "say user@example.test {8}", "hear +", "say password",
              "hear a OK", "answered"]
STARTTLS = ["hear * OK", "say s STARTTLS", "hear s OK", "tls", "say a LOGIN user@example.test password", "hear a OK",
            "answered"]
LOGOUT = ["say z LOGOUT", "hear * BYE", "hear z OK"]
NOOP = ["say n NOOP", "hear n OK"]
IDLE = ["say i IDLE", "hear +"]
DONE = ["say DONE", "hear i OK"]


def fetch(octets, slowly=None):
    take = f"take {octets}" + (f" {slowly}" if slowly else "")
    return [f"say f FETCH {octets} BODY[{{key}}]", "hear * 1 FETCH", take, "hear )", "hear f OK"]


def append(octets):
    return [f"say u APPEND INBOX.{{key}} {{{octets}}}", "hear +", f"give {octets}", "say ", "hear u OK"]


def section(name, *parts):
    return "\n".join([f"# {name}", *(step for part in parts for step in part)]) + "\n"
