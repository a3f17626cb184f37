"""The wall clock of programs that a story starts, and the story sets it: a library that is loaded
into them tells them another time. Clocks that only run on, which the kernel has, stay as they are."""
import mmap
import os
import pathlib
import struct
import subprocess

SOURCE = pathlib.Path(__file__).with_name("wall_clock.cc")


class WallClock:
    def __init__(self, folder, offset=0):
        self.library, file = folder / "wall_clock.so", folder / "wall_clock"
        subprocess.run(["g++", "-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
                        str(SOURCE), "-o", str(self.library)], check=True, timeout=60)
        file.write_bytes(bytes(8))
        with file.open("r+b") as opened:
            self.offset_in_file = mmap.mmap(opened.fileno(), 8)
        self.environment = {"LD_PRELOAD": str(self.library), "WALL_CLOCK_FILE": str(file)}
        self.set(offset)

    def set(self, offset):
        """Seconds between what time it is and what programs are told from now on."""
        self.offset = offset
        self.offset_in_file[:] = struct.pack("=q", int(offset))

    def __enter__(self):
        """For programs that are started within."""
        os.environ.update(self.environment)
        return self

    def __exit__(self, *_):
        for name in self.environment:
            del os.environ[name]
