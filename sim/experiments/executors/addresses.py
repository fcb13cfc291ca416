"""Which schedulers may be spoken to, and how."""

import ipaddress
import re

from sim.errors import shown
from sim.experiments.executors.protocol import ExecutorError, Tls

PATTERN = re.compile(r"(?:(?P<scheme>[a-z]+)://)?(?P<host>\[[0-9a-fA-F:]+\]|[^:/\[\]@\s]+):(?P<port>[0-9]{1,5})/?")


def checked(address: str, tls: Tls | None) -> str:
    """The address of a scheduler, ``tcp://`` on this host or ``tls://`` anywhere. Raises ExecutorError."""
    match = PATTERN.fullmatch(address)
    scheme = match and (match["scheme"] or ("tls" if tls else "tcp"))
    if not match or scheme not in ("tcp", "tls"):
        raise ExecutorError(f"{shown(address)} is no address of a Dask scheduler, such as tcp://127.0.0.1:8786")
    if scheme == "tls" and tls is None:
        raise ExecutorError(f"{address} needs certificates: the authority's, this machine's, and its key")
    if scheme == "tcp" and tls is not None:
        raise ExecutorError(f"{address} would not use the certificates; say tls://{match['host']}:{match['port']}")
    if scheme == "tcp" and not _is_here(match["host"].strip("[]")):
        raise ExecutorError(
            f"{address} is on another host: a scheduler runs whatever it is sent, so it is spoken to by TLS only; "
            f"say tls://{match['host']}:{match['port']} and give certificates"
        )
    return f"{scheme}://{match['host']}:{match['port']}"


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
