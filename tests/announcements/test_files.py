"""Pictures and PDFs: what is taken, what is left out of it, what is refused and how that is said."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.announcements import repository, service
from app.announcements.attaching import attach, detach
from app.announcements.files import JPEG, PDF, PICTURE_LIMIT, PNG, check_pdf, check_picture, safe_name
from app.errors import BadInput, NotFound
from tests.announcements import pictures
from tests.announcements.office import CLERK, NOON, RULES, STRANGER, draft, opened


def test_a_picture_comes_out_whole_and_its_size_is_known() -> None:
    for data, kind in ((pictures.png(), PNG), (pictures.jpeg(), JPEG)):
        checked = check_picture(data, "Ảnh Tổ 12.JPG")
        assert (checked.media_type, checked.width, checked.height) == (kind, 40, 30)
        assert pictures.readable(checked.data) == (40, 30)
        assert checked.name == f"anh-to-12{'.png' if kind == PNG else '.jpg'}"


def test_place_phone_comments_and_what_hangs_behind_are_left_out() -> None:
    photo = pictures.jpeg(exif=pictures.phone_exif(6), tail=b"<script>alert(1)</script>")
    checked = check_picture(photo, "a.jpg")
    assert b"Samsung" in photo
    for leaked in (b"Samsung", b"108.2022", b"script"):
        assert leaked not in checked.data
    assert b"Exif" in checked.data  # a photo taken upright still stands upright
    assert pictures.readable(checked.data) == (40, 30)
    assert b"Exif" not in check_picture(pictures.jpeg(exif=pictures.phone_exif(1)), "a.jpg").data
    noted = pictures.with_chunk(pictures.png(), b"tEXt", b"Author\0Nguyen Van A")
    assert b"Nguyen" not in check_picture(noted + b"PK\x03\x04zip", "a.png").data


def test_a_photo_that_hangs_behind_the_picture_is_left_out_with_its_place() -> None:
    """As phones do that keep a second photo, or a moving one, in the same file."""
    behind = pictures.jpeg(80, 60, exif=pictures.phone_exif(1))
    checked = check_picture(pictures.jpeg(tail=behind), "a.jpg")
    assert b"Samsung" not in checked.data
    assert checked.data == check_picture(pictures.jpeg(), "a.jpg").data


def test_a_picture_in_several_scans_comes_out_whole() -> None:
    made = cv2.imencode(".jpg", np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1]
    checked = check_picture(bytes(made) + b"PK\x03\x04\xff\xd9", "a.jpg")
    assert checked.data.count(b"\xff\xda") > 1
    kept, whole = (np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)) for data in (checked.data, bytes(made)))
    assert np.array_equal(kept, whole)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "bị hỏng"),
        (b"GIF89a" + b"\0" * 50, "bị hỏng"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "bị hỏng"),
        (pictures.png()[:-20], "bị hỏng"),
        (pictures.png()[:40] + b"\xff" + pictures.png()[41:], "bị hỏng"),
        (pictures.jpeg()[:-2], "bị hỏng"),
        (pictures.jpeg()[:30], "bị hỏng"),
        (b"\xff\xd8\xff", "bị hỏng"),
        (pictures.with_chunk(pictures.png(), b"EVIL", b"x"), "bị hỏng"),
        (pictures.png(8, 8), "8 × 8"),
        (pictures.png(6001, 20), "6001"),
        (b"\x89PNG" + b"\0" * PICTURE_LIMIT, "1 MB"),
    ],
)  # fmt: skip
def test_a_wrong_picture_is_refused_in_plain_words(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        check_picture(data, "a.png")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=4), st.booleans())
def test_no_bytes_make_it_stumble(at: int, noise: bytes, png: bool) -> None:
    data = pictures.png() if png else pictures.jpeg(exif=pictures.phone_exif(3))
    spoiled = data[:at] + noise + data[at + len(noise) :]
    try:
        check_picture(spoiled, "x")
    except BadInput:
        return


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.4 no end", "không phải PDF"),
        (b"hello %%EOF", "không phải PDF"),
        (pictures.PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "tự chạy"),
        (pictures.PDF.replace(b"/Catalog", b"/Catalog/Open#41ction<<>>"), "tự chạy"),
        (b"%PDF-" + b"x" * 5_000_001 + b"%%EOF", "5 MB"),
    ],
)  # fmt: skip
def test_a_wrong_pdf_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        check_pdf(data, "a.pdf")


def test_a_pdf_that_only_says_which_page_comes_first_is_taken() -> None:
    opens = b"/Catalog/OpenAction[3 0 R /XYZ null null 0]"
    assert check_pdf(pictures.PDF.replace(b"/Catalog", opens), "a.pdf").media_type == PDF


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "passwd.pdf"), ("C:\\Users\\A\\Giấy mời.PDF", "giay-moi.pdf"), ("🎉.pdf", "tep.pdf"), ("", "tep.pdf"), ("a\r\nb: c.pdf", "a-b-c.pdf")],
)  # fmt: skip
def test_names_are_plain(name: str, safe: str) -> None:
    assert check_pdf(pictures.PDF, name).name == safe == safe_name(name, ".pdf")
    assert check_pdf(pictures.PDF, name).media_type == PDF


async def test_files_belong_to_one_announcement_of_one_commune(database_url: str) -> None:
    picture, pdf = check_picture(pictures.png(), "a.png"), check_pdf(pictures.PDF, "b.pdf")
    async with opened(database_url) as database, database.write() as session:
        made = await service.create(session, CLERK, draft(), RULES, NOON)
        other = await service.create(session, CLERK, draft(), RULES, NOON)
        with pytest.raises(BadInput, match="tả ảnh"):
            await attach(session, CLERK, made.id, 1, picture, " ", NOON)
        kept = await attach(session, CLERK, made.id, 1, picture, "bản đồ", NOON)
        assert made.version == 2
        with pytest.raises(BadInput, match="tối đa"):
            await attach(session, CLERK, made.id, 2, picture, "thêm nữa", NOON)
        with pytest.raises(NotFound):
            await attach(session, STRANGER, made.id, 2, pdf, "", NOON)
        with pytest.raises(NotFound):
            await detach(session, STRANGER, made.id, 2, kept.id, NOON)
        with pytest.raises(NotFound):
            await detach(session, CLERK, other.id, 1, kept.id, NOON)
        for number in range(3):
            await attach(session, CLERK, made.id, 2 + number, pdf, "", NOON)
        with pytest.raises(BadInput, match="tối đa"):
            await attach(session, CLERK, made.id, 5, pdf, "", NOON)
        await detach(session, CLERK, made.id, 5, kept.id, NOON)
        assert [each.name for each in await repository.files(session, 1, made.id)] == ["b.pdf"] * 3
        assert await repository.files(session, 2, made.id) == []
