"""Debian's nginx as a mail proxy, beside which ours is held."""
import socket
import subprocess
import time

PLAIN = """
load_module /usr/lib/nginx/modules/ngx_mail_module.so;
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log info;
events {{ worker_connections 64; }}
mail {{
{mail}
}}
"""


def start_nginx(story, mail, port):
    """`mail`: what stands in the mail block; returns when it listens on `port`."""
    config = story.folder / "nginx.conf"
    config.write_text(PLAIN.format(folder=story.folder, mail=mail))
    nginx = subprocess.Popen(["nginx", "-c", str(config), "-p", str(story.folder)])
    story.addClassCleanup(nginx.wait)
    story.addClassCleanup(nginx.terminate)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            pass
    raise AssertionError("nginx does not listen")
