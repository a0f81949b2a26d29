"""From an error text to the endpoint that failed and the line of code that tried."""

from tui.errors.nouns import Endpoint, ErrorClass, Failure, Frame, Reading, Role
from tui.errors.reading import read_error, target_of

__all__ = ["Endpoint", "ErrorClass", "Failure", "Frame", "Reading", "Role", "read_error", "target_of"]
