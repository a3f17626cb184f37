"""Certificates of cases. A Secret says in place of data what it shall hold:
    certificate: {names: [a.example.test], days: 5, expired: true, key: another}"""
import threading

from lib.certificates import openssl

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Pairs:
    signing = threading.Lock()  # openssl counts serial numbers in a file

    def __init__(self, authority, prefix):
        self.authority, self.prefix, self.count = authority, prefix, 0

    def filled(self, document):
        wanted = document.pop("certificate", None)
        if wanted is None:
            return document
        certificate, key = self.issue(wanted)
        document.setdefault("type", "kubernetes.io/tls")
        document["stringData"] = {"tls.crt": certificate, "tls.key": key}
        return document

    def issue(self, wanted):
        self.count += 1
        file = f"{self.prefix}-{self.count}"
        pair = self.authority.folder / f"{file}.pem", self.authority.folder / f"{file}.key"
        subject = ["-subj", f"/CN={wanted['names'][0]}", "-addext", "subjectAltName=" + ",".join(
            f"DNS:{name}" for name in wanted["names"])]
        openssl("req", "-x509", *NEW_KEY, *subject, "-CA", self.authority.certificate, "-CAkey",
                self.authority.key, "-days", str(wanted.get("days", 90)), "-keyout", pair[1],
                "-out", pair[0])
        if wanted.get("expired"):
            openssl("req", "-new", *NEW_KEY, *subject, "-keyout", pair[1],
                    "-out", self.authority.folder / f"{file}.csr")
            self.sign_for_the_past(file, pair)
        if wanted.get("key") == "another":
            with self.signing:
                pair = pair[0], self.authority.sign(file + "-other", "/CN=other")[1]
        return pair[0].read_text(), pair[1].read_text()

    def sign_for_the_past(self, file, pair):
        folder = self.authority.folder
        config, index = folder / f"{file}.cnf", folder / f"{file}.index"
        index.write_text("")
        (folder / f"{file}.serial").write_text(f"{self.count:04x}\n")
        config.write_text(
            f"[ca]\ndefault_ca = own\n[own]\ndatabase = {index}\nserial = {folder}/{file}.serial\n"
            f"new_certs_dir = {folder}\ndefault_md = sha256\npolicy = any\n"
            "copy_extensions = copyall\n[any]\ncommonName = supplied\n")
        openssl("ca", "-batch", "-notext", "-config", config, "-in", folder / f"{file}.csr",
                "-cert", self.authority.certificate, "-keyfile", self.authority.key,
                "-out", pair[0], "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
