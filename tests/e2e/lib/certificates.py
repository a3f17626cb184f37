"""An authority and the certificates it signs, made fresh by openssl for each story."""
import pathlib
import subprocess


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    def __init__(self, folder, name="test authority"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate, self.key = self.folder / "ca.pem", self.folder / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "60", "-subj", f"/CN={name}", "-addext",
                "basicConstraints=critical,CA:TRUE", "-keyout", self.key, "-out", self.certificate)

    def issue(self, file, *names):
        """A pair valid for these names; returns the paths of certificate and key."""
        alternatives = ",".join(f"DNS:{name}" for name in names)
        return self.sign(file, f"/CN={names[0]}", alternatives)

    def issue_to(self, person, alternatives=""):
        """A pair for a client; `alternatives` as openssl writes them: "email:a@b.test"."""
        return self.sign(person, f"/O=Example, Inc./CN={person}", alternatives)

    def sign(self, file, subject, alternatives=""):
        """A pair for this subject; returns the paths of certificate and key."""
        pair = self.folder / f"{file}.pem", self.folder / f"{file}.key"
        request = self.folder / f"{file}.csr"
        more = ["-addext", f"subjectAltName={alternatives}"] if alternatives else []
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", subject, *more, "-keyout", pair[1], "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                "-CAcreateserial", "-days", "60", "-copy_extensions", "copyall", "-out", pair[0])
        return pair

    def revoke(self, *certificates):
        """The revocation list that has these, and all that were revoked before, in PEM."""
        config, index = self.folder / "ca.cnf", self.folder / "index.txt"
        config.write_text("[ca]\ndefault_ca = own\n[own]\ndefault_md = sha256\n"
                          f"default_crl_days = 2\ndatabase = {index}\n")
        index.touch()
        signer = ["-config", config, "-cert", self.certificate, "-keyfile", self.key]
        for certificate in certificates:
            openssl("ca", *signer, "-revoke", certificate)
        out = self.folder / "ca.crl"
        openssl("ca", *signer, "-gencrl", "-out", out)
        return out.read_text()
