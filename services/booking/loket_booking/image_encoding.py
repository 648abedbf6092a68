"""Decode pictures of strangers and encode them again, without their metadata, in a worker process.

A photo says where it was taken, often the home of the resident, and a file can be a picture and a program at the same
time. Only the pixels remain. The libraries are imported in the worker process alone, which ends when it is not used.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from loket_chassis.runtime.worker_process import CalculationFailed, LimitExceeded, Run
from loket_contracts.errors import Refusal

if TYPE_CHECKING:
    from PIL import Image

#: of a JPEG, whose decoder can leave pixels out
MAX_JPEG_PIXELS = 100_000_000
#: bytes of all decoded pages together: A4 in colour at 600 dots an inch
MAX_DECODED = 105_000_000
#: bytes of a decoded page that stays as it is; larger ones are halved. A photo of 16 million pixels is smaller
MAX_WHOLE = 50_000_000
MAX_PAGES = 50
#: of JPEG and WebP, until the file is small enough; 90 shows no difference
QUALITIES = (90, 75, 60, 45)
#: the tag of EXIF that says how the camera was held
ORIENTATION = 0x0112
#: what Pillow reads for each media type
FORMATS = {
    "image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",), "image/webp": ("WEBP",), "image/heic": ("HEIF",),
    "image/tiff": ("TIFF",),
}  # fmt: skip
TOO_LARGE, UNREADABLE = "the picture has too many pixels", "it cannot be read as a picture"

log = structlog.get_logger()


@dataclass(frozen=True)
class ImageEncoder:
    """`run`: calls the function in a worker process, with limits on its time and memory."""

    run: Run

    def __call__(self, body: bytes, media_type: str, most: int) -> tuple[bytes, str]:
        """Return the picture without metadata, of at most `most` bytes, and its media type: JPEG instead of HEIC.

        Raises Refusal: file-not-accepted when it cannot be decoded within the limits.
        """
        try:
            return self.run(encode_again, body, media_type, most)
        except LimitExceeded as error:
            raise _refused(TOO_LARGE) from error
        except CalculationFailed as error:
            log.warning("picture refused: it cannot be decoded", error=str(error), media_type=media_type)
            raise _refused(UNREADABLE) from error


def encode_again(body: bytes, media_type: str, most: int) -> tuple[bytes, str]:
    """As `ImageEncoder`, in this process."""
    from PIL import Image

    if media_type == "image/heic":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False)
    # Pillow warns at one limit and raises at twice as much; `_pages` has one limit, and is earlier than the decoding
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS[media_type]) as image:
            return _encoded(_pages(image), media_type, most)
    except (Refusal, MemoryError):
        raise
    except Exception as error:  # decoders raise errors of many types
        raise _refused(UNREADABLE) from error


def _pages(image: Image.Image) -> list[Image.Image]:
    """The pixels of each page, upright. Only TIFF has several: of an animation, the first picture remains."""
    from PIL import ImageSequence

    pages: list[Image.Image] = []
    decoded = 0
    if image.format in FORMATS["image/jpeg"] and image.width * image.height <= MAX_JPEG_PIXELS:
        _leave_pixels_out(image)
    for frame in ImageSequence.Iterator(image):
        decoded += _decoded_size(frame)
        if decoded > MAX_DECODED or len(pages) == MAX_PAGES:
            raise _refused(TOO_LARGE)
        pages.append(_page(frame))
        if image.format != "TIFF":
            break
    return pages


def _leave_pixels_out(image: Image.Image) -> None:
    """Have a large JPEG decoded at half its width and height, or less."""
    width, height = image.size
    for factor in (2, 4):
        if _decoded_size(image) > MAX_WHOLE:
            image.draft(None, (width // factor, height // factor))


def _page(frame: Image.Image) -> Image.Image:
    from PIL import ImageOps

    turned = frame.getexif().get(ORIENTATION, 1) != 1
    small = frame.reduce(2) if _decoded_size(frame) > MAX_WHOLE else frame
    # `reduce` drops the orientation with the rest, so that of the frame is applied
    small.info = frame.info
    if turned and small is not frame:
        small.getexif()[ORIENTATION] = frame.getexif()[ORIENTATION]
    upright = ImageOps.exif_transpose(small) if turned else small
    page = upright if upright is not frame and upright.mode == _mode(upright) else upright.convert(_mode(upright))
    page.info.clear()
    return page


def _decoded_size(image: Image.Image) -> int:
    return image.width * image.height * {"1": 1, "L": 1, "RGBA": 4}.get(_mode(image), 3)


def _mode(image: Image.Image) -> str:
    """Of pixels without a palette, whose unused colours could hold text."""
    if image.mode in ("1", "L"):
        return image.mode
    if image.has_transparency_data:
        return "RGBA"
    return "L" if image.mode.startswith(("I", "F")) else "RGB"


def _encoded(pages: list[Image.Image], media_type: str, most: int) -> tuple[bytes, str]:
    """The first encoding that is small enough. Raises Refusal: file-not-accepted when there is none."""
    own: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "image/png": [("image/png", {"format": "PNG"})],
        "image/tiff": [("image/tiff", {"format": "TIFF", "compression": "tiff_deflate"})],
        "image/webp": [("image/webp", {"format": "WEBP", "quality": quality}) for quality in QUALITIES],
    }
    options = own.get(media_type, [])
    first, *rest = pages
    if rest:
        options = [(kind, {**saving, "save_all": True, "append_images": rest}) for kind, saving in options]
    else:
        options += [("image/jpeg", {"format": "JPEG", "quality": quality}) for quality in QUALITIES]
    for kind, saving in options:
        target = io.BytesIO()
        (_opaque(first) if kind == "image/jpeg" else first).save(target, **saving)
        if len(target.getbuffer()) <= most:
            return target.getvalue(), kind
    raise _refused(f"it is larger than {most // 1_000_000} MB")


def _opaque(image: Image.Image) -> Image.Image:
    """On white, as JPEG has no transparency."""
    from PIL import Image

    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _refused(reason: str) -> Refusal:
    return Refusal("file-not-accepted", {"reason": reason})
