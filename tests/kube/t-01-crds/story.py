"""The CRDs before a real API server: what it refuses and in which words. Our own checks are tried
with the same tables, so both give the same verdicts."""
import re

from cluster.bad_objects import (CLASSES, SERVERS, mail_class, mail_server, manifests, rules,
                                 words_alone)
from cluster.story import GroundStory, main

# Where our own checks see more than an API server can.
ONLY_OURS = {
    "13-written-twice": "there the second one replaces the first",
    "29-port-octal": "it reads 0143 as 99 and does not tell",
    "73-secret-file-missing": "the annotation is for directories",
    "74-service-address-is-neither": "the annotation is for directories",
    "78-url-of-no-service": "a pattern cannot say what a URL is; a condition does",
    "class-30-in-a-namespace": "it drops the namespace and does not tell",
}
# Where it names the block and not the field: it drops what is empty before it looks.
PARENT_IS_NAMED = {"24-protocol-empty"}
FIELD = re.compile(r": (spec[^: ]*): |: (metadata\.\w+): there is no")


class Crds(GroundStory):
    @classmethod
    def set_up_story(cls):
        for name in ("mail", "other", "acme", "bolt", "corvid"):
            cls.ground.namespace(name)

    def refused(self, path, text):
        answer = self.ground.api.try_to_create(path, text)
        self.assertIn(answer.code, (400, 422), f"{answer}\n{text}")
        return answer.message

    def accepted(self, path, text):
        answer = self.ground.api.try_to_create(path, text)
        self.assertTrue(answer.accepted, f"{answer}\n{text}")

    def test_each_rule_refuses_what_breaks_it_in_its_own_words_and_nothing_beside_it(self):
        for words, broken, kept in rules("mail_server.txt"):
            with self.subTest(words):
                self.assertIn(words_alone(words), self.refused(SERVERS, mail_server(broken)))
                self.accepted(SERVERS, mail_server(kept))

    def test_each_rule_of_the_class_names_its_field_too(self):
        for words, broken, kept in rules("mail_class.txt"):
            with self.subTest(words):
                field, rest = words.split(": ", 1)
                said = self.refused(CLASSES, mail_class(broken))
                self.assertIn(field + ": ", said)
                self.assertIn(words_alone(rest), said)
                self.accepted(CLASSES, mail_class(kept))

    def test_manifests_wrong_for_us_are_wrong_for_the_server_and_their_field_is_named(self):
        wrong = [one for one in manifests() if one.hard and one.name not in ONLY_OURS]
        self.assertGreaterEqual(len(wrong), 60)
        for one in wrong:
            with self.subTest(one.name):
                said = self.refused(one.path_of(one.documents[-1]), one.documents[-1])
                field = FIELD.search(one.hard[0])
                if field and one.name not in PARENT_IS_NAMED:
                    self.assertIn(field[1] or field[2], said)

    def test_what_is_only_not_built_yet_is_right_for_the_server(self):
        right = [one for one in manifests() if not one.hard and one.ours()]
        self.assertGreaterEqual(len(right), 15)
        for one in right:
            for text in one.ours():
                with self.subTest(one.name):
                    self.accepted(one.path_of(text), text)

    def test_what_only_our_checks_see_is_right_for_the_server(self):
        for one in manifests():
            if one.name in ONLY_OURS:
                with self.subTest(one.name):
                    self.accepted(one.path_of(one.documents[0]), one.documents[0])


if __name__ == "__main__":
    main()
