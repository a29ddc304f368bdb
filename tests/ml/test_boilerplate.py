"""What is marked as boilerplate, and what must not be."""

import pytest

from ml.boilerplate import is_boilerplate


@pytest.mark.parametrize(
    "text",
    [
        "Baca juga: Banjir di Lembayung Surut",
        "BACA JUGA Banjir di Lembayung Surut",
        "Lihat juga: Video banjir",
        "Penulis: Sari Wulan",
        "Editor: Bayu Seta",
        "Laporan Wartawan Timurnews.com, Raka Mandala",
        "(Timurnews.com, Sari Wulan)",
        "(ant/rak)",
        "Warga Lembayung mengungsi (Antara/Sari Wulan)",
        "Foto: Dok. Pemkab Lembayung",
        "[Gambas:Video]",
        "ADVERTISEMENT",
        "SCROLL TO CONTINUE WITH CONTENT",
        "Ikuti berita terbaru kami di saluran WhatsApp",
        "Artikel ini telah tayang di Timurnews.com",
        "Read more: Flood in Washvale recedes",
        "Also read: Flood in Washvale recedes",
        "By Jane Hale",
        "By Jane Hale and Tom Orr",
        "Reporting by Jane Hale; Editing by Tom Orr",
        "Copyright 2031 Northpost. All rights reserved.",
        "Sign up for our morning newsletter",
        "Photo: Northpost",
    ],
)
def test_what_the_page_added_is_marked(text: str) -> None:
    assert is_boilerplate(text)


@pytest.mark.parametrize(
    "text",
    [
        "Baca kitab itu, kata Ratri.",
        "Bupati membantah kabar itu (lihat halaman 2).",
        "Warga mengungsi ke balai desa (Antara bukit dan sungai) sejak pagi.",
        "Oleh karena itu, warga menolak.",
        "By Friday the water had receded.",
        "Editor koran itu mengecam serangan.",
        "Foto itu palsu, kata polisi.",
        "Follow the money, said Hale.",
        "See more clearly, he urged.",
        "Related parties denied it.",
        "",
        "Baca juga: " + "kata " * 100,
    ],
)
def test_a_sentence_of_the_article_is_not_marked(text: str) -> None:
    assert not is_boilerplate(text)
