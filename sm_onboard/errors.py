"""Every failure that sm_onboard tells a person about.

An error is a ``code`` that programs and tests rely on, a ``message`` that says
what happened and why, and a ``hint`` that says what to do next. The tree:

    OnboardError
    +-- InvalidRequest   400   a request or a command line is wrong
    +-- ConfigError      422   onboard.yaml or a trait is wrong
    +-- Forbidden        403   a permission is missing
    +-- NotFound         404   there is no such thing
    +-- Conflict         409   the thing is in a state that does not allow it
    +-- Unreachable      502   something on the network did not answer
    +-- Stopped          409   a person cancelled it
"""

from __future__ import annotations


class OnboardError(Exception):
    """A failure with a stable code and sentences for the person.

    Args:
        code: ``room.what``, for example ``repos.target_exists``. Stable.
        message: one or two sentences: what happened, and why. Never holds a secret.
        hint: what to do next; may be empty.
    """

    status = 500

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {self.message!r})"


class InvalidRequest(OnboardError):
    status = 400


class ConfigError(OnboardError):
    """Something in ``onboard.yaml`` or a trait is wrong.

    Args:
        field: where, as the person wrote it: ``repositories[2].branch``; empty for the whole file.
    """

    status = 422

    def __init__(self, code: str, message: str, hint: str = "", field: str = "") -> None:
        super().__init__(code, message, hint)
        self.field = field


class Forbidden(OnboardError):
    status = 403


class NotFound(OnboardError):
    status = 404


class Conflict(OnboardError):
    status = 409


class Unreachable(OnboardError):
    status = 502


class Stopped(OnboardError):
    status = 409
