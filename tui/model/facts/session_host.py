"""Where this session runs, as far as commands that a person types there depend on it."""

from tui.model.facts.fact import Fact


class SessionHost(Fact, frozen=True, kw_only=True, tag="session-host"):
    """Who the session is, and what manages the services there: a container has no service manager, a pod has Kubernetes."""

    user: int
    """The effective user id; 0 is root."""
    systemd: bool
    """Whether systemd manages the services here (sd_booted(3))."""
    container: str | None = None
    """The container that the session itself runs in, by id, name or engine; None for none that shows."""
    pod: bool = False
    """Whether the client runs in a Kubernetes pod: its environment has KUBERNETES_SERVICE_HOST."""
