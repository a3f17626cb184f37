"""Inside the namespaces: `serve FOLDER` starts the pod ground and holds it until SIGTERM. Outside,
when it is over: `clear FOLDER` removes what is left."""
import pathlib
import signal
import sys

from .box import Box


def serve(box):
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        box.start().install()
        box.controller_kubeconfig()
        print("ready", flush=True)
        while True:
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        box.stop()


def main(word, folder):
    box = Box(pathlib.Path(folder))
    if word == "serve":
        serve(box)
    else:
        box.clear()


if __name__ == "__main__":
    main(*sys.argv[1:])
