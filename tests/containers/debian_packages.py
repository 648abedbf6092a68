"""Debian packages, with all that they depend on, extracted into a folder: a root file system within seconds.

debootstrap takes ten times as long, since it also runs the installation scripts of each package. What runs in a
container needs none of them, except the list of users and the cache of the dynamic linker.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
#: a container without a shell cannot be looked into, and the start scripts of servers use these
BASICS = (
    "base-files", "base-passwd", "bash", "coreutils", "dash", "findutils", "grep", "hostname", "libc-bin", "mawk",
    "sed", "util-linux",
)  # fmt: skip
#: what the official slim images leave out too
UNWANTED = ("doc", "man", "info", "locale", "lintian")
#: those of /usr since Debian merged the two
MERGED = ("bin", "sbin", "lib", "lib64")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


class PackagesUnavailable(Exception):
    """Debian's packages cannot be had here; the text is one line."""


@dataclass(frozen=True)
class Suite:
    """A release of Debian, and the folder for its index and the downloads. apt verifies their signatures."""

    name: str
    folder: Path

    def download(self, packages: Sequence[str], alone: bool = False) -> list[Path]:
        """Their files, with those of all dependencies unless `alone`."""
        archives = self.folder / "archives"
        shutil.rmtree(archives, ignore_errors=True)
        for needed in (archives / "partial", self.folder / "lists" / "partial"):
            needed.mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()  # as if nothing was installed
        (self.folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {_mirror()} {self.name} main\n")
        self._apt("update")
        if alone:
            self._apt("download", *packages, cwd=archives)
        else:
            self._apt("install", "--download-only", "--yes", *packages)
        return sorted(archives.glob("*.deb"))

    def _apt(self, *arguments: str, cwd: Path | None = None) -> None:
        apt = shutil.which("apt-get")
        if apt is None or not KEYRING.exists():
            raise PackagesUnavailable("apt-get or Debian's keyring is missing here")
        options = {
            "Dir::Etc::SourceList": self.folder / "sources.list", "Dir::Etc::SourceParts": "/dev/null",
            "Dir::State::Lists": self.folder / "lists", "Dir::State::status": self.folder / "status",
            "Dir::State::extended_states": self.folder / "extended_states", "Dir::Cache": self.folder,
            "Dir::Cache::Archives": self.folder / "archives", "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "root", "Acquire::Languages": "none", "Acquire::Retries": "2",
        }  # fmt: skip
        command = [apt, "--quiet", *(f"--option={name}={value}" for name, value in options.items()), *arguments]
        done = subprocess.run(
            command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            said = [line for line in done.stdout.splitlines() if line.startswith(("E:", "Err:"))]
            raise PackagesUnavailable(f"apt-get {arguments[0]} ({self.name}): {' '.join(said) or done.returncode}")


def _mirror() -> str:
    """The address from which this machine gets Debian's packages. Raises PackagesUnavailable."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Component: main", "Created-By: Packages"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError) as error:
        raise PackagesUnavailable("the package sources of this machine cannot be read") from error
    if not listed:
        raise PackagesUnavailable("this machine has no package sources")
    return listed[0]


def make_root(suite: Suite, packages: Sequence[str], root: Path) -> None:
    """A root file system in `root` with BASICS and `packages`, and the certificates that this machine trusts."""
    files = suite.download([*BASICS, *packages])
    for name in MERGED:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for file in files:
        extract(file, root)
    masters = root / "usr" / "share" / "base-passwd"
    shutil.copy(masters / "passwd.master", root / "etc" / "passwd")
    shutil.copy(masters / "group.master", root / "etc" / "group")
    if not (awk := root / "usr" / "bin" / "awk").exists():
        awk.symlink_to("mawk")
    certificates = root / CERTIFICATES.relative_to("/")
    certificates.parent.mkdir(parents=True, exist_ok=True)
    if CERTIFICATES.exists():
        shutil.copy(CERTIFICATES, certificates)
    subprocess.run(["ldconfig", "-r", root], check=True, stderr=subprocess.DEVNULL)
    shutil.rmtree(suite.folder / "archives")


def extract(package: Path, root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    without = [f"--exclude=./usr/share/{name}/*" for name in UNWANTED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as content:
        command = ["tar", "--extract", "--keep-directory-symlink", f"--directory={root}", *without]
        subprocess.run(command, stdin=content.stdout, check=True)
    if content.returncode:
        raise PackagesUnavailable(f"{package.name} cannot be extracted")


def add_user(root: Path, name: str, number: int, *homes: str) -> None:
    """A user and group of this number, who owns `homes`, the first of which is the home."""
    with (root / "etc" / "passwd").open("a") as users, (root / "etc" / "group").open("a") as groups:
        users.write(f"{name}:x:{number}:{number}::{homes[0]}:/usr/sbin/nologin\n")
        groups.write(f"{name}:x:{number}:\n")
    for home in homes:
        folder = root / home.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, number, number)
