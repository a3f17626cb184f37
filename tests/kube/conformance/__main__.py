"""python3 -m conformance [CASE...]: against the API server at $KUBECONFIG_SERVER, whose authority is
in $KUBECONFIG_CA, by the token in $KUBECONFIG_TOKEN. A controller and a proxy must be at work."""
import os
import sys
import tempfile
import urllib.parse

from cluster.api import Api
from lib.certificates import Authority

from .case import all_cases
from .suite import Suite, report


def main(names):
    place = urllib.parse.urlsplit(os.environ["KUBECONFIG_SERVER"])
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(lambda: Api(place.hostname, place.port, os.environ["KUBECONFIG_CA"],
                                  token=os.environ["KUBECONFIG_TOKEN"]), Authority(folder))
        suite.install_class()
        cases = [case for case in all_cases()
                 if case.stage == "proxies" and (not names or case.name in names)]
        wrong = report(suite.run(cases))
        suite.stop()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
