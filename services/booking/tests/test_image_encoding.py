"""Pictures of residents are stored without what they say of the place, the camera and anything but the pixels."""

import io
import struct
import zlib
from pathlib import Path

import filetype
import pytest
from booking_harness import refused
from PIL import Image, ImageChops

from loket_booking import image_encoding
from loket_booking.image_encoding import MAX_JPEG_PIXELS, ImageEncoder, encode_again
from loket_chassis.runtime.worker_process import CalculationFailed, LimitExceeded, run_here
from loket_contracts.errors import Refusal

HEIC = Path(__file__).with_name("pictures") / "phone.heic"
MOST = 5_000_000
GPS = 0x8825
ENCODE = ImageEncoder(run_here)
SCRIPT = b"<script>alert(1)</script>"


def photo(form, size=(64, 32), orientation=1, **saving):
    """A photo with a blue left half, and the position of the municipality's hall."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SCRIPT.decode()
    exif.get_ifd(GPS).update({1: "N", 2: (51.0, 5.0, 24.0), 3: "E", 4: (4.0, 25.0, 48.0)})
    target = io.BytesIO()
    image.save(target, form, exif=exif, **saving)
    return target.getvalue()


def opened(body):
    return Image.open(io.BytesIO(body))


def is_blue(image, place):
    red, _, blue = image.convert("RGB").getpixel(place)
    return blue > 200 > 60 > red


def bomb(width, height):
    """A PNG of that size in some kilobytes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"\0" * 1000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )  # fmt: skip


PICTURES = {
    "image/jpeg": photo("JPEG"), "image/png": photo("PNG"), "image/webp": photo("WEBP"), "image/tiff": photo("TIFF"),
    "image/heic": HEIC.read_bytes(),
}  # fmt: skip


@pytest.mark.parametrize("media_type", PICTURES)
def test_the_position_of_a_photo_and_all_other_metadata_are_dropped(media_type):
    given = PICTURES[media_type]
    assert filetype.guess_mime(given) == media_type
    body, stored_type = ENCODE(given, media_type, MOST)
    assert stored_type == filetype.guess_mime(body) == ("image/jpeg" if media_type == "image/heic" else media_type)
    image = opened(body)
    assert image.size == (64, 32)
    assert is_blue(image, (5, 16)), image.getpixel((5, 16))
    assert not is_blue(image, (60, 16))
    assert not image.getexif().get_ifd(GPS)
    assert 0x010E not in image.getexif()
    assert b"script" not in body


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_photo_of_a_rotated_phone_is_upright_without_its_metadata(orientation):
    image = opened(ENCODE(photo("JPEG", orientation=orientation), "image/jpeg", MOST)[0])
    left, right = (image.size[0] // 8, image.size[1] // 2), (image.size[0] * 7 // 8, image.size[1] // 2)
    top, bottom = (image.size[0] // 2, image.size[1] // 8), (image.size[0] // 2, image.size[1] * 7 // 8)
    blue, red = {3: (right, left), 6: (top, bottom), 8: (bottom, top)}[orientation]
    assert image.size == ((64, 32) if orientation == 3 else (32, 64))
    assert (is_blue(image, blue), is_blue(image, red)) == (True, False)
    assert image.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp", "image/tiff"])
def test_a_program_behind_the_pixels_is_dropped(media_type):
    body, _ = ENCODE(PICTURES[media_type] + b"PK\x03\x04" + SCRIPT, media_type, MOST)
    assert SCRIPT not in body
    assert b"PK\x03\x04" not in body


def test_a_comment_and_a_text_of_a_picture_are_dropped():
    assert SCRIPT not in ENCODE(photo("JPEG", comment=SCRIPT), "image/jpeg", MOST)[0]
    target = io.BytesIO()
    image = Image.new("P", (8, 8))
    image.putpalette(SCRIPT.ljust(768, b"\0"))
    image.save(target, "PNG")
    assert SCRIPT in target.getvalue()
    assert SCRIPT not in ENCODE(target.getvalue(), "image/png", MOST)[0]


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png"])
def test_a_large_picture_is_stored_with_fewer_pixels_and_upright(monkeypatch, media_type):
    monkeypatch.setattr(image_encoding, "MAX_WHOLE", 3 * 64 * 32 - 1)
    given = photo("JPEG" if media_type == "image/jpeg" else "PNG", orientation=6)
    image = opened(ENCODE(given, media_type, MOST)[0])
    assert image.size == (16, 32)
    assert is_blue(image, (8, 4))


@pytest.mark.parametrize("size", [(30_000, 30_000), (6000, 6000)])
def test_a_picture_of_too_many_pixels_is_refused_before_they_are_decoded(size):
    assert reason(bomb(*size), "image/png") == "the picture has too many pixels"


def test_a_jpeg_of_too_many_pixels_is_refused():
    side = int(MAX_JPEG_PIXELS**0.5) + 8
    header = bytearray(photo("JPEG"))
    place = header.index(b"\xff\xc0") + 5
    header[place : place + 4] = struct.pack(">HH", side, side)
    assert reason(bytes(header), "image/jpeg") == "the picture has too many pixels"


def test_all_pages_of_a_scan_remain():
    pages = [Image.new("1", (40, 60), number % 2) for number in range(3)]
    target = io.BytesIO()
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:], description=SCRIPT.decode())
    body, _ = ENCODE(target.getvalue(), "image/tiff", MOST)
    stored = opened(body)
    assert stored.n_frames == 3
    for number, page in enumerate(pages):
        stored.seek(number)
        assert ImageChops.difference(stored.convert("L"), page.convert("L")).getbbox() is None
    assert SCRIPT not in body


def test_a_transparent_picture_that_is_too_large_as_png_becomes_a_jpeg_on_white():
    noise = Image.effect_noise((200, 200), 100).convert("RGBA")
    noise.paste((0, 0, 0, 0), (0, 0, 50, 50))
    target = io.BytesIO()
    noise.save(target, "PNG")
    body, media_type = ENCODE(target.getvalue(), "image/png", 30_000)
    assert (media_type, len(body) <= 30_000) == ("image/jpeg", True)
    assert min(opened(body).convert("RGB").getpixel((10, 10))) > 200


def test_a_picture_that_cannot_be_made_small_enough_is_refused():
    assert refused(ENCODE, photo("JPEG"), "image/jpeg", 100) == "file-not-accepted"


@pytest.mark.parametrize("media_type", PICTURES)
def test_a_broken_picture_is_refused(media_type):
    assert reason(PICTURES[media_type][:60], media_type) == "it cannot be read as a picture"
    assert reason(b"GIF89a" + b"\0" * 200, media_type) == "it cannot be read as a picture"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (LimitExceeded(), "the picture has too many pixels"),
        (CalculationFailed("the process ended with -11"), "it cannot be read as a picture"),
    ],
)
def test_a_picture_that_ends_the_worker_process_is_refused(error, expected):
    def ended(*_):
        raise error

    assert reason(b"", "image/png", ImageEncoder(ended)) == expected


def test_the_service_itself_does_not_load_the_decoders():
    source = Path(encode_again.__code__.co_filename).read_text()
    assert "\nfrom PIL" not in source
    assert "\nimport pi_heif" not in source


def reason(body, media_type, encode=ENCODE):
    with pytest.raises(Refusal) as refusal:
        encode(body, media_type, MOST)
    assert refusal.value.code == "file-not-accepted"
    return refusal.value.params["reason"]
