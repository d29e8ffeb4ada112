"""Become another program that dies with whoever started it: `leash.py PARENT_PID COMMAND...`.

A test run that is killed outright runs no clean-up. On Linux the kernel does it: it sends SIGKILL to
a leashed process when the thread that started it ends (prctl(2), PR_SET_PDEATHSIG; kept across
execve). A wrapper does this instead of subprocess's `preexec_fn`, which may deadlock once the
process has threads. Elsewhere there is no such call, and only the ordinary clean-up remains.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent and turn into the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            sys.exit(f"leash: prctl failed: {os.strerror(ctypes.get_errno())}")
        # The parent may have died before the call above, and then no signal will ever come.
        if os.getppid() != parent:
            sys.exit("leash: whoever started this is gone already")
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
