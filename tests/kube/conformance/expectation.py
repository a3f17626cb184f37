"""What must be told of a MailServer:

    example:
      Ready: False SecretNotFound        # a condition: its truth and reason
      says: {ResolvedRefs: there is no Secret}
      silent: [$OTHER]                   # words that no message has
      absent: [InsecureSettings]         # conditions that are there only when true
      listeners: {143: {Programmed: False PortNotServed}}
      backends: {mailbox: {Available: True Available}}
      proxies: {attached: 2, rejected: 1}
      rejections: [{proxy: strict, code: Invalid}]  # as many, and at least these words of each
    MailClass/postern:                   # of the class, the same
      Accepted: True Accepted

`untouched: true`: nothing at all is told. Nobody has to say that every condition is of the present
generation: that always holds."""
WORDS = {"says", "silent", "absent", "listeners", "backends", "proxies", "rejections"}


def told(conditions):
    return {condition["type"]: condition for condition in conditions or []}


def word(truth):
    """YAML takes True for a boolean, alone and not before a reason."""
    return str(truth)


class Expectation:
    def __init__(self, name, wanted):
        self.name, self.wanted = name, wanted or {}

    def wrong(self, item):
        """Sentences; none when all of it holds."""
        if item is None:
            return [f"{self.name}: is not there"]
        status, generation = item.get("status", {}), item["metadata"].get("generation")
        if self.wanted.get("untouched"):
            return [f"{self.name}: has a status"] if status else []
        found = told(status.get("conditions"))
        out = self.compare("", {type_: text for type_, text in self.wanted.items()
                                if type_ not in WORDS}, found)
        for type_, words in self.wanted.get("says", {}).items():
            message = found.get(type_, {}).get("message", "")
            if words not in message:
                out.append(f"{type_}: says {message!r}, not {words!r}")
        out += [f"{type_}: says {words!r}" for words in self.wanted.get("silent", [])
                for type_, condition in found.items() if words in condition.get("message", "")]
        out += [f"{type_}: is there: {found[type_]['reason']}"
                for type_ in self.wanted.get("absent", []) if type_ in found]
        out += self.parts("listeners", "port", status) + self.parts("backends", "name", status)
        out += self.of_proxies(status.get("proxies", {}))
        out += [f"{type_}: is of generation {condition.get('observedGeneration')}, not {generation}"
                for type_, condition in found.items()
                if condition.get("observedGeneration") != generation]
        if status.get("observedGeneration") != generation:
            out.append(f"observedGeneration {status.get('observedGeneration')}, not {generation}")
        return [f"{self.name}: {sentence}" for sentence in out]

    def parts(self, list_name, key, status):
        out = []
        entries = {entry[key]: entry for entry in status.get(list_name, [])}
        for which, wanted in self.wanted.get(list_name, {}).items():
            if which not in entries:
                out.append(f"{list_name}[{which}]: is not there")
                continue
            conditions = told(entries[which].get("conditions"))
            out += self.compare(f"{list_name}[{which}].", wanted, conditions)
        return out

    def of_proxies(self, found):
        wanted = self.wanted.get("proxies", {})
        out = [f"proxies.{key}: is {found.get(key)}, not {value}"
               for key, value in wanted.items() if found.get(key) != value]
        rejections = self.wanted.get("rejections")
        if rejections is not None:
            have = [{key: one.get(key) for key in wish}
                    for wish, one in zip(rejections, found.get("rejections", []))]
            if have != rejections or len(found.get("rejections", [])) != len(rejections):
                out.append(f"proxies.rejections: {found.get('rejections')}, not {rejections}")
        return out

    def claims(self):
        """(of, condition, status, reason): what it shows."""
        for type_, text in self.wanted.items():
            if type_ not in WORDS | {"untouched"}:
                of = "MailClass" if self.name.startswith("MailClass/") else "MailServer"
                yield of, type_, *word(text).split()
        for of, list_name in (("listener", "listeners"), ("backend", "backends")):
            for conditions in self.wanted.get(list_name, {}).values():
                for type_, text in conditions.items():
                    yield of, type_, *word(text).split()

    @staticmethod
    def compare(place, wanted, found):
        out = []
        for type_, text in wanted.items():
            if type_ not in found:
                out.append(f"{place}{type_}: is not there")
                continue
            condition = found[type_]
            have = f"{condition['status']} {condition['reason']}"
            if have != word(text):
                out.append(f"{place}{type_}: is {have}, not {text} ({condition['message']})")
        return out
