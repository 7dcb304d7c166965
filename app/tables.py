"""Every table of the project, imported once so that migrations and tests see the whole schema."""

from app.announcements.models import Announcement, AnnouncementFile, AnnouncementVersion
from app.assistant.models import Answer, Conversation
from app.audit.models import AuditEntry
from app.calendar.models import CalendarDay, CalendarSession, HolidayOverride
from app.channels.models import ChannelAccount, ChannelMessage
from app.database import Base, Commune
from app.deliveries.models import Chunk, Delivery, Dispatch, Executor
from app.local.models import LocalFact
from app.officials.models import Official, OfficialSession, SignInFailure
from app.paper.models import CodePlace
from app.questions.models import AskProposal, DealtQuestion
from app.site.models import QrScan
from app.statistics.models import MonthlyEntry, PublishedMonth, Target
from app.subscribers.models import ResidentialGroup, Subscriber, SubscriberCode, Subscription
from app.volunteers.models import Tally, Volunteer, VolunteerInvitation, VolunteerShift, VolunteerTeam, VolunteerTeamGroup
from app.ward.models import WardChange, WardSetting

__all__ = [
    "Announcement",
    "AnnouncementFile",
    "AnnouncementVersion",
    "Answer",
    "AskProposal",
    "AuditEntry",
    "Base",
    "CalendarDay",
    "CalendarSession",
    "ChannelAccount",
    "ChannelMessage",
    "Chunk",
    "CodePlace",
    "Commune",
    "Conversation",
    "DealtQuestion",
    "Delivery",
    "Dispatch",
    "Executor",
    "HolidayOverride",
    "LocalFact",
    "MonthlyEntry",
    "Official",
    "OfficialSession",
    "PublishedMonth",
    "QrScan",
    "ResidentialGroup",
    "SignInFailure",
    "Subscriber",
    "SubscriberCode",
    "Subscription",
    "Tally",
    "Target",
    "Volunteer",
    "VolunteerInvitation",
    "VolunteerShift",
    "VolunteerTeam",
    "VolunteerTeamGroup",
    "WardChange",
    "WardSetting",
]
