"""Deletes the named shared memory of processes that have ended, however they ended.

A program of its own, which imports nothing of the package. Its argument is the number
of a pipe that the processes write to: "+path" before they make a file, "-path" when it
is deleted. The pipe ends with the last of them; what is left then is deleted.
"""

import os
import signal
import sys


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    paths = set()
    with open(int(sys.argv[1]), "rb") as pipe:
        for line in pipe:
            change = paths.add if line.startswith(b"+") else paths.discard
            change(line[1:].rstrip(b"\n"))
    for path in paths:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass


if __name__ == "__main__":
    main()
