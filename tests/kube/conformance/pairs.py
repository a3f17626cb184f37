"""Certificates of cases. A Secret says in place of data what it shall hold:
    certificate: {names: [a.example.test], expired: true, days: 5, key: another, garbled: true}"""
import threading

from lib.certificates import openssl


class Pairs:
    signing = threading.Lock()  # openssl counts serial numbers in a file

    def __init__(self, authority, prefix):
        self.authority, self.prefix, self.count = authority, prefix, 0

    def filled(self, document):
        wanted = document.pop("certificate", None)
        if wanted is None:
            return document
        certificate, key = self.issue(wanted)
        if wanted.get("garbled"):
            certificate = certificate.replace("A", "B")
        document.setdefault("type", "kubernetes.io/tls")
        document["stringData"] = {"tls.crt": certificate, "tls.key": key}
        return document

    def issue(self, wanted):
        with self.signing:
            return self.issue_alone(wanted)

    def issue_alone(self, wanted):
        self.count += 1
        file = f"{self.prefix}-{self.count}"
        alternatives = ",".join(f"DNS:{name}" for name in wanted["names"])
        pair = self.authority.sign(file, f"/CN={wanted['names'][0]}", alternatives)
        if "days" in wanted or wanted.get("expired"):
            self.date(file, pair, wanted)
        if wanted.get("key") == "another":
            pair = pair[0], self.authority.sign(file + "-other", "/CN=other")[1]
        return pair[0].read_text(), pair[1].read_text()

    def date(self, file, pair, wanted):
        """The same request signed again, with other dates."""
        folder = self.authority.folder
        config, index = folder / f"{file}.cnf", folder / f"{file}.index"
        index.write_text("")
        (folder / f"{file}.serial").write_text(f"{self.count:04x}\n")
        config.write_text(
            f"[ca]\ndefault_ca = own\n[own]\ndatabase = {index}\nserial = {folder}/{file}.serial\n"
            f"new_certs_dir = {folder}\ndefault_md = sha256\npolicy = any\n"
            "copy_extensions = copyall\n[any]\ncommonName = supplied\n")
        dates = (["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
                 if wanted.get("expired") else ["-days", str(wanted["days"])])
        openssl("ca", "-batch", "-notext", "-config", config, "-in", folder / f"{file}.csr",
                "-cert", self.authority.certificate, "-keyfile", self.authority.key,
                "-out", pair[0], *dates)
