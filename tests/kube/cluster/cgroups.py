"""A cgroup of the box's own in every controller, made before the kubelet starts, removed when
all is over. Both hierarchies: v1 (a folder a controller) and v2."""
import pathlib

ROOT = pathlib.Path("/sys/fs/cgroup")


def hierarchies():
    if (ROOT / "cgroup.controllers").exists():
        return [ROOT]
    return [path for path in sorted(ROOT.iterdir()) if path.is_dir() and not path.is_symlink()]


def make(name):
    for hierarchy in hierarchies():
        group = hierarchy / name
        group.mkdir(exist_ok=True)
        for file in ("cpuset.cpus", "cpuset.mems"):  # v1 gives a new group none
            if (group / file).exists() and hierarchy.name == "cpuset":
                (group / file).write_text((hierarchy / file).read_text())


def remove(name):
    """From the leaves up; a group that still has processes stays, and is told."""
    left = []
    for hierarchy in hierarchies():
        for group in sorted((hierarchy / name).rglob("*/"), reverse=True):
            remove_one(group, left)
        remove_one(hierarchy / name, left)
    return left


def remove_one(group, left):
    try:
        group.rmdir()
    except FileNotFoundError:
        pass
    except OSError:
        left.append(str(group))
