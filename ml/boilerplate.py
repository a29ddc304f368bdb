"""Rules that mark what a page adds to an article: links to other articles, by-lines, credits. Marked, never removed."""

import re

_LONGEST = 300

_AGENCY = (
    r"(?:AFP|AP|Reuters|Antara|ANTARA|Xinhua|KCNA|EPA|Getty(?: Images)?|Bloomberg|Yonhap|TASS|UPI|PA|Dok\.?|Foto|Photo"
    r"|Ist(?:imewa)?)"
)
_DOMAIN = r"[\w-]+(?:\.[\w-]+)*\.(?:com|COM|co\.id|id|net|org|tv|co\.uk)"

_STARTS = re.compile(
    r"(?:baca|lihat|simak|tonton|dengarkan)\s+(?:juga|selengkapnya|pula)\b"
    r"|(?:read|see|watch) (?:also|more)\s*[:|>-]|(?:also read|read also|read next|related)\s*:"
    r"|(?:penulis|editor|reporter|laporan(?: wartawan| reporter)?|pewarta|kontributor|penyunting|redaktur|sumber"
    r"|source|foto|photo|gambar|video|gambas|infografis|caption|oleh|by|(?:image )?credit|tags?|topik"
    r"|(?:written|reported|edited) by)\s*:"
    r"|\[gambas"
    r"|advertisement\b|scroll to continue\b|scroll untuk\b|lanjutkan membaca\b|halaman selanjutnya\b|loading\.\.\."
    r"|(?:copyright|hak cipta|all rights reserved|©)"
    r"|(?:ikuti|dapatkan|follow|subscribe|sign up)\b.{0,80}\b"
    r"(?:google news|whatsapp|telegram|channel|saluran|newsletter|kanal)"
    r"|artikel ini telah tayang di\b|this article (?:was )?(?:first|originally) (?:appeared|published)\b",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:By|Oleh|Laporan [Ww]artawan)\s+[A-Z][\w.'-]+(?:,?\s+(?:and|dan|[A-Z][\w.'-]+)){0,6}\s*\Z"
    r"|(?:Reporting|Additional reporting|Writing|Editing) by [A-Z]"
)
_CREDIT = re.compile(rf"[(\[](?:{_DOMAIN}|{_AGENCY}|[a-z]{{2,5}}(?:/[a-z]{{2,5}})+)\b[^()\[\]]{{0,80}}[)\]]\.?\Z")
_SIGNATURE = re.compile(r"\((?:[A-Za-z]{2,6}/)+[A-Za-z]{2,12}\)\.?\Z|\([a-z]{2,5}\)\.?\Z")
_CAPTION = re.compile(rf"[^.!?]*\((?:{_AGENCY}|{_DOMAIN})\b[^()]{{0,80}}\)\Z")


def is_boilerplate(sentence: str) -> bool:
    """Whether one sentence is a by-line, a credit, a caption with its credit, or a link to another article.

    Only texts up to 300 characters can be; every pattern is anchored, so the cost is linear in that length.
    """
    if len(sentence) > _LONGEST:
        return False
    return any(pattern.match(sentence) is not None for pattern in (_STARTS, _BYLINE, _CREDIT, _SIGNATURE, _CAPTION))
