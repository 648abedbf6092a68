"""The image of the mail catcher of `make run`, made of the packages that the tests have installed."""

from __future__ import annotations

import io
import tarfile
from importlib.metadata import distribution
from pathlib import Path

import docker

from loket_local import mail_catcher

NAME = "loket-mail-catcher:test"
#: pure Python, so they run in any image with a Python
DISTRIBUTIONS = ("aiosmtpd", "atpublic", "attrs", "click")
DOCKERFILE = """
FROM {base}
COPY packages /packages
ENV PYTHONPATH=/packages PYTHONUNBUFFERED=1
CMD ["python", "-m", "loket_local.mail_catcher", "--address", "0.0.0.0"]
"""


def build(client: docker.DockerClient, base: str) -> None:
    """On the image `base`."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        content = DOCKERFILE.format(base=base).encode()
        header = tarfile.TarInfo("Dockerfile")
        header.size = len(content)
        archive.addfile(header, io.BytesIO(content))
        for name in DISTRIBUTIONS:
            for file in distribution(name).files or ():
                if file.suffix == ".py" and ".." not in file.parts:
                    archive.add(str(file.locate()), f"packages/{file}")
        ours = Path(mail_catcher.__file__).parent
        for module in ("__init__", "ports", "mail_catcher", "processes"):
            archive.add(ours / f"{module}.py", f"packages/loket_local/{module}.py")
    context.seek(0)
    client.images.build(fileobj=context, custom_context=True, tag=NAME, rm=True, forcerm=True)
