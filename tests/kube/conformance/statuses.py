"""The statuses of all MailServers and MailClasses as they come, by watches of their own: who waits
for one waits here, and what a status was on its way is kept. Those of a MailClass are held under
(MailClass, name)."""
import http.client
import json
import threading
import time

from .objects import path_of


class Statuses:
    def __init__(self, connect):
        """`connect` makes an Api of its own for each watch."""
        self.changed, self.over, self.held, self.history = threading.Condition(), False, {}, {}
        self.watches = [Watch(self, connect(), kind) for kind in ("MailServer", "MailClass")]

    def wait_for(self, judge, seconds):
        """Until judge(held) finds nothing wrong any more; what it still finds otherwise."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while wrong := judge(self.held):
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self.changed.wait(min(left, 0.5))
            return wrong

    def writes(self, key):
        """The statuses that were written to one, in turn."""
        with self.changed:
            return list(self.history.get(key, []))

    def everything(self):
        """All that was written, by object."""
        with self.changed:
            return {key: list(written) for key, written in self.history.items()}

    def stop(self):
        self.over = True
        for watch in self.watches:
            watch.stop()

    def forget(self, kind):
        with self.changed:
            for key in [key for key in self.held if (key[0] == "MailClass") == (kind == "MailClass")]:
                del self.held[key]

    def take(self, what, item):
        metadata = item["metadata"]
        key = metadata.get("namespace", "MailClass"), metadata["name"]
        with self.changed:
            if what == "DELETED":
                self.held.pop(key, None)
            else:
                before = self.held.get(key, {}).get("status")
                self.held[key] = item
                if item.get("status") and item["status"] != before:
                    self.history.setdefault(key, []).append(
                        (metadata.get("generation"), item["status"]))
            self.changed.notify_all()


class Watch:
    def __init__(self, statuses, api, kind):
        self.statuses, self.api, self.kind = statuses, api, kind
        self.path = path_of(kind, namespace="")
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def stop(self):
        self.api.close()
        self.thread.join(5)
        self.api.close()

    def _follow(self):
        revision = ""
        while not self.statuses.over:
            try:
                revision = revision or self._list()
                revision = self._watch(revision)
            except (OSError, ValueError, KeyError, http.client.HTTPException):
                revision = ""  # from the beginning; the server may be away
                threading.Event().wait(0.1)

    def _list(self):
        body = self.api.get(self.path).body
        self.statuses.forget(self.kind)
        for item in body["items"]:
            self.statuses.take("ADDED", item)
        return body["metadata"]["resourceVersion"]

    def _watch(self, revision):
        for line in self.api.stream(self.path, watch="true", resourceVersion=revision,
                                    allowWatchBookmarks="true"):
            event = json.loads(line)
            if event["type"] == "ERROR":
                return ""
            revision = event["object"]["metadata"]["resourceVersion"]
            if event["type"] != "BOOKMARK":
                self.statuses.take(event["type"], event["object"])
        return revision
