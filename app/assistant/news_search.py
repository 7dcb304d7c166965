"""Which of the ward's announcements a message asks about. Pure: words against words, the rarer the word the more it says."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.announcements.news import News
from app.subscribers.topics import GENERAL, Topics
from app.understanding.text import clean, fold

RECENT = dt.timedelta(days=14)
"""Older news are told only when they surely fit."""
DANGER_LASTS = dt.timedelta(days=7)
"""How long a danger that is no longer in force is still told."""
TITLE, BODY = 1.0, 0.7
FITS, SURELY = 0.45, 0.7

Word = tuple[str, str]
"""A folded word and its accents, wherever in the word they were typed: «hoà» is «hòa»."""

_WORD = re.compile(r"[^\W_]+")
_GROUP = re.compile(
    r"\b(?:tổ dân phố|tổ|tdp|khu phố|kp|khối phố|khối|khu|thôn|xóm|ấp|bản|to dan pho|to|khu pho|khoi pho|khoi|thon|xom|ap|ban)(?: (?:số|so))? \d{1,3}[a-z]?\b"
)
_NO_WORDS = re.compile(
    r"\b(?:thông báo|thong bao|cảnh báo|canh bao|bao giờ|bao gio|bao nhiêu|bao nhieu|bao lâu|bao lau|khi nào|khi nao|tổ dân phố|to dan pho|dân phố|dan pho|khu phố|khu pho|"
    r"gọi điện|goi dien|điện thoại|dien thoai|điện tử|dien tu|bà con|ba con|cảm ơn|cam on|hôm nay|hom nay|ngày mai|ngay mai|tin tức|tin tuc)\b"
)
_NEWS = re.compile(r"\b(?:thong bao|tin|ban tin|tin tuc)\b|\bgi moi\b|\bmoi (?:gi|khong|ko|k)\b")
_WHEN = re.compile(r"\b(?:khi nao|bao gio|chung nao|hom nao|bua nao|ngay nao|ngay may|may gio|lich|luc nao)\b")
_SMALL = (
    "có không ko k hông hong hok hổng chưa rồi vậy thế ạ à ad ơi nhé nha nhỉ dạ em anh chị cô chú bác con cháu mình tôi tui toi bạn ai gì nào đâu sao mấy giờ lúc mai mốt nay kia "
    "hôm bữa ngày tuần tháng năm này đó tới đến khi nào là thì mà và với hay hoặc cho của ở tại trong ngoài trên dưới từ ra vào về đi lại được bị phải sẽ đang đã cũng còn nữa "
    "các những một hai ba số phường xã ủy ban nhà khu tổ thôn xóm ấp vùng chỗ nơi bên đây phố dân người lịch đợt buổi việc tin mới nghe nói hỏi biết xem muốn cần giúp xin làm "
    "tổ chức dự kiến vừa sắp gần cả mọi hết luôn thôi để do vì nếu như theo thêm khác thật đúng sáng trưa chiều tối đêm thứ bảy chủ nhật đăng vô cái vụ chuyện tình hình nhất khẩn"
)
_SAME = (
    ("cắt", "cúp", "mất", "ngừng", "ngưng", "cat", "cup", "mat", "ngung"),
    ("tiêm", "chích", "tiem", "chich"),
    ("phát", "tặng", "trao", "phat", "tang", "trao"),
    ("lụt", "ngập", "lut", "ngap"),
    ("heo", "lợn", "lon"),
    ("gom", "đổ", "hốt", "do", "hot"),
)
"""Words that say the same of news."""
_WEAK_WORDS = "cắt phát gom sửa sua"
WEAK = 0.5
"""How much words say that are of many matters: power and water are both cut off."""


def _keyed(word: str) -> Word:
    marks = (char for char in unicodedata.normalize("NFD", word) if char == "đ" or unicodedata.combining(char))
    return fold(word), "".join(sorted(marks))


_FIRST_OF = {_keyed(word): _keyed(same[0]) for same in _SAME for word in same}
_WEAK = frozenset(map(_keyed, _WEAK_WORDS.split()))
_SMALL_WORDS = frozenset(map(_keyed, _SMALL.split()))
_SMALL_FOLDED = frozenset(fold(word) for word in _SMALL.split())


@lru_cache(maxsize=256)
def words_of(text: str) -> frozenset[Word]:
    """The words of a text that say something of its matter."""
    said = _NO_WORDS.sub(" ", _GROUP.sub(" ", " ".join(_WORD.findall(clean(text).casefold()))))
    keyed = (_keyed(word) for word in said.split() if not word.isdigit())
    return frozenset(_FIRST_OF.get(word, word) for word in keyed if not _is_small(word))


def _is_small(word: Word) -> bool:
    return word in _SMALL_WORDS or (not word[1] and word[0] in _SMALL_FOLDED) or (len(word[0]) == 1)


@dataclass(frozen=True)
class Wanted:
    """What a message asks of the news."""

    words: frozenset[Word]
    topics: frozenset[str]
    is_generic: bool
    asks_when: bool = False

    @classmethod
    def heard(cls, text: str, plain: str, put_right: Iterable[str], topics: Sequence[str]) -> Wanted:
        """`plain`: folded. `put_right`: folded words after short forms and slips were put right; `topics`: those that it names."""
        typed = words_of(text)
        said = set(plain.split())
        more = words_of(" ".join(word for word in put_right if word not in said))
        generic, when = not typed and _NEWS.search(plain) is not None, _WHEN.search(plain) is not None
        return cls(typed | more, frozenset(topics) - {GENERAL}, is_generic=generic, asks_when=when)


@dataclass(frozen=True)
class Fit:
    """News that a message may ask about."""

    news: News
    surely: bool


@dataclass(frozen=True)
class Found:
    """What fits, best first: `fits` still to come or undated, `over` what has surely passed, `near` of the same kind only."""

    fits: tuple[Fit, ...] = ()
    over: tuple[News, ...] = ()
    near: tuple[News, ...] = ()


def search(wanted: Wanted, news: Sequence[News], topics: Topics | None, now: dt.datetime) -> Found:
    """The news that fit. `now`: local time of the ward."""
    urgent = frozenset(topic.id for topic in topics.topics if topic.urgent) if topics else frozenset()
    rarity = _Rarity(news)
    fits, over, near = [], [], []
    for each in news:
        old = now - each.updated
        if each.topic in urgent and old > DANGER_LASTS and not each.is_in_force(now):
            continue
        same = each.topic in wanted.topics
        share, matched = rarity.share(wanted.words, each)
        danger = each.topic in urgent and each.is_in_force(now)
        surely = (share >= SURELY and (matched > 1 or same)) or (danger and (same or matched > 0))
        enough = share >= FITS and (matched > 1 or same or (len(wanted.words) == 1 and share >= SURELY))
        if not (surely or enough or (same and matched) or (same and each.topic in urgent)):
            if same and old <= RECENT and not each.is_withdrawn:
                near.append(each)
        elif each.is_over(now.date()) and not each.is_in_force(now):
            over.append(each)
        elif surely or old <= RECENT or each.is_in_force(now):
            fits.append(Fit(each, surely))
    fits.sort(key=lambda fit: (fit.news.is_withdrawn, not fit.surely))  # else as they came: newest first
    return Found(tuple(fits), tuple(over), tuple(near))


class _Rarity:
    """How much a word says among these news."""

    def __init__(self, news: Sequence[News]) -> None:
        self._titles = {each.id: _with_folded(words_of(f"{each.title}\n{each.hidden}")) for each in news}
        self._bodies = {each.id: _with_folded(words_of(f"{each.what}\n{each.where}\n{each.who}")) for each in news}
        self._weights: dict[Word, float] = {}

    def share(self, words: frozenset[Word], news: News) -> tuple[float, int]:
        """How much of what is asked stands in these news, from 0 to 1, and how many of the words that say something."""
        if not words:
            return 0.0, 0
        places = [
            (TITLE if self._stands(word, self._titles[news.id]) else BODY * self._stands(word, self._bodies[news.id])) for word in words
        ]
        weights = [self._weight(word) for word in words]
        got = sum(place * weight for place, weight in zip(places, weights, strict=True))
        matched = [word for word, place in zip(words, places, strict=True) if place]
        strong = sum(word not in _WEAK for word in matched)
        return got / sum(weights), strong or int(matched == [*words])

    def _weight(self, word: Word) -> float:
        if word not in self._weights:
            count = len(self._titles)
            known = sum(self._stands(word, self._titles[each]) or self._stands(word, self._bodies[each]) for each in self._titles)
            self._weights[word] = math.log1p(count / known) / math.log1p(count) if known else 1.0
            self._weights[word] *= WEAK if word in _WEAK else 1.0
        return self._weights[word]

    @staticmethod
    def _stands(word: Word, words: frozenset[Word | str]) -> bool:
        """Typed without accents, it may be any word that folds to it."""
        return word in words or (not word[1] and word[0] in words)


def _with_folded(words: frozenset[Word]) -> frozenset[Word | str]:
    return words | {folded for folded, _ in words}
