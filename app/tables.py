"""Every table of the project, imported once so that migrations and tests see the whole schema."""

from app.assistant.models import Answer, Conversation
from app.channels.models import ChannelAccount, ChannelMessage
from app.database import Base, Commune
from app.questions.models import DealtQuestion
from app.site.models import QrScan

__all__ = ["Answer", "Base", "ChannelAccount", "ChannelMessage", "Commune", "Conversation", "DealtQuestion", "QrScan"]
