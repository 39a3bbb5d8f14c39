"""Why a change to learner groups is not made; the text is for the person who asked for it."""

from groups.errors import GroupRefusedError, GroupStaleError


class LearnerGroupRefusedError(GroupRefusedError):
    """A rule about learner groups is in the way. Nothing was changed."""


class LearnerGroupStaleError(LearnerGroupRefusedError, GroupStaleError):
    """Somebody else changed the group since the person looked. Nothing was changed."""


class NoSuchLearnerGroupError(LearnerGroupRefusedError):
    """The learner group is not one of this course run, or no longer."""

    def __init__(self):
        super().__init__("This learner group is no longer there.")
