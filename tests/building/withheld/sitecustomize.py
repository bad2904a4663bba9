"""What not every system has is taken away from each Python that finds this folder on its path.

Forks, sessions and `fcntl` (Windows), sockets without a network and ``/dev/shm``, without which no POSIX
semaphore can be made (sandboxes).
"""

import _multiprocessing
import errno
import os
import socket
import sys

for name in ("fork", "forkpty", "mkfifo", "getsid", "setsid", "getpgid", "setpgid", "killpg"):
    delattr(os, name)
sys.modules["fcntl"] = None

Socket = socket.socket


class NetworkSocket(Socket):
    def __init__(self, family=-1, *rest, **more):
        if family == socket.AF_UNIX:
            raise OSError(errno.EAFNOSUPPORT, "AF_UNIX is withheld")
        super().__init__(family, *rest, **more)


def socketpair(family=socket.AF_INET, *_):
    """Over the network, as Windows has it."""
    if family != socket.AF_INET:
        raise OSError(errno.EAFNOSUPPORT, "AF_UNIX is withheld")
    with socket.create_server(("127.0.0.1", 0)) as server:
        return socket.create_connection(server.getsockname()), server.accept()[0]


socket.socket, socket.socketpair = NetworkSocket, socketpair


class SemLock(_multiprocessing.SemLock):
    def __new__(cls, *_):
        raise OSError(errno.ENOSYS, "/dev/shm is withheld")


_multiprocessing.SemLock = SemLock
