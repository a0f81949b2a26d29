"""From an error text to the endpoint that failed and the line of code that tried."""

from tui.errors.fact import error_text
from tui.errors.reading import read_error, target_of
from tui.errors.types import Endpoint, ErrorClass, ErrorReading, Failure, Frame, Role

__all__ = ["Endpoint", "ErrorClass", "ErrorReading", "Failure", "Frame", "Role", "error_text", "read_error", "target_of"]
