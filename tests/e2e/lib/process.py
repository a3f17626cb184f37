"""A program that a story starts: its output is kept, lines are waited for, and it is ended by its
own process id and nothing else."""
import subprocess
import threading
import time


class Ended(AssertionError):
    pass


class Process:
    def __init__(self, name, command, **options):
        self.name, self.lines, self.ended = name, [], False
        self.changed = threading.Condition()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace",
                                        **options)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    @property
    def pid(self):
        return self.process.pid

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait_for(self, text, seconds=20, after=0):
        """The first line with this text from line number `after` on; fails when none comes."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                for line in self.lines[after:]:
                    if text in line:
                        return line
                left = deadline - time.monotonic()
                if self.ended or left <= 0:
                    raise Ended(f"{self.name} never said {text!r}:\n" + self.output())
                self.changed.wait(left)

    def output(self):
        return "\n".join(self.lines[-60:])

    def stop(self, seconds=10):
        """Asks it to end, a second time when it drains, and insists when it does not. Returns its
        exit status."""
        for patience in (2, seconds):
            if self.process.poll() is None:
                self.process.terminate()
            try:
                self.process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                pass
        try:
            self.process.wait(0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(5)
        self.process.stdout.close()
        return self.process.returncode
