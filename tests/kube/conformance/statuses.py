"""The statuses of all MailServers as they come, by a watch of their own: who waits for one waits
here, and what a status was on its way is kept."""
import http.client
import json
import threading
import time

from .objects import path_of


class Statuses:
    def __init__(self, connect):
        """`connect` makes an Api of its own for the watch."""
        self.api, self.changed, self.over = connect(), threading.Condition(), False
        self.held, self.history = {}, {}
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

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

    def stop(self):
        self.over = True
        self.api.close()
        self.thread.join(5)
        self.api.close()

    def _follow(self):
        revision = ""
        while not self.over:
            try:
                revision = revision or self._list()
                revision = self._watch(revision)
            except (OSError, ValueError, KeyError, http.client.HTTPException):
                revision = ""  # from the beginning; the server may be away
                threading.Event().wait(0.1)

    def _list(self):
        body = self.api.get(path_of("MailServer", namespace="")).body
        with self.changed:
            self.held = {}
        for item in body["items"]:
            self._take("ADDED", item)
        return body["metadata"]["resourceVersion"]

    def _watch(self, revision):
        for line in self.api.stream(path_of("MailServer", namespace=""), watch="true",
                                    resourceVersion=revision, allowWatchBookmarks="true"):
            event = json.loads(line)
            if event["type"] == "ERROR":
                return ""
            revision = event["object"]["metadata"]["resourceVersion"]
            if event["type"] != "BOOKMARK":
                self._take(event["type"], event["object"])
        return revision

    def _take(self, what, item):
        metadata = item["metadata"]
        key = metadata["namespace"], metadata["name"]
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
