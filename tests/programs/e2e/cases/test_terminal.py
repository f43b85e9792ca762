"""What sst-ua writes for people: colours if wanted, and nothing that a peer smuggles in."""

import os
import pty
import select
import signal
import socket
import subprocess

from sstlab import Skip, check, equal

ESCAPE = b"\x1b"


def first_line(lab, options, terminal, **environment):
    """What `answer` prints once it listens: to a terminal, or to a pipe."""
    variables = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    variables.update(environment)
    try:
        ours, theirs = pty.openpty() if terminal else os.pipe()
    except OSError as error:
        raise Skip("no terminal available: %s" % error) from error
    program = subprocess.Popen([lab.program, "--bind", "127.0.0.1:0", *options, "answer"],
                               stdin=subprocess.DEVNULL, stdout=theirs, env=variables)
    os.close(theirs)
    text = b""
    try:
        while b"\n" not in text:
            check(select.select([ours], [], [], 120)[0], "nothing written with %s", options)
            text += os.read(ours, 4096)
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(120)
        os.close(ours)
    check(b"listening on 127.0.0.1 port" in text, "first line: %r", text)
    return text


def colours_only_where_they_are_welcome(lab):
    """On a terminal, unless NO_COLOR, TERM or an option says otherwise; never to a pipe or file."""
    cases = [(True, [], {"TERM": "xterm"}, True),
             (True, [], {"TERM": "xterm", "NO_COLOR": ""}, True),
             (True, [], {"TERM": "xterm", "NO_COLOR": "1"}, False),
             (True, [], {"TERM": "dumb"}, False),
             (True, [], {}, False),
             (True, ["--color", "auto"], {"TERM": "xterm"}, True),
             (True, ["--color", "never"], {"TERM": "xterm"}, False),
             (False, [], {"TERM": "xterm"}, False),
             (False, ["--color", "auto"], {"TERM": "xterm"}, False),
             (False, ["--color", "always"], {"NO_COLOR": "1"}, True)]
    for terminal, options, environment, wanted in cases:
        text = first_line(lab, options, terminal, **environment)
        equal(ESCAPE in text, wanted, "colours with %s %s %s" % (terminal, options, environment))
        if wanted:
            check(text.rstrip().endswith(b"\x1b[0m"), "colour is left on: %r", text)


def json_has_no_colours(lab):
    """--log json stays JSON even if colours are asked for."""
    lab.pair(["--color", "always", "--session-expires", 90], ["--color", "always"])
    lab.wait_event(lab.caller, "negotiated")
    lab.hang_up()
    lab.finish(caller=0, callee=0)
    for program in (lab.caller, lab.callee):
        check(not any("\x1b" in line for line in program.lines), "escape in JSON: %s",
              program.lines)


REQUEST = (b"INVITE sip:ua@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %(here)s;branch=z9hG4bKterm\r\n"
           b"Max-Forwards: 70\r\nFrom: <sip:a@%(here)s>;tag=1\r\nTo: <sip:ua@127.0.0.1>\r\n"
           b"Call-ID: \x1b]0;owned\x07@x\r\nCSeq: 1 INVITE\r\nContact: <sip:a@%(here)s>\r\n"
           b"Supported: timer\r\nSession-Expires: 90;x=\"\x1b[2J\x1b[31m\x9b31m\"\r\n"
           b"Require: \x1b[8mhidden\r\nContent-Length: 0\r\n\r\n")


def peer_cannot_command_the_terminal(lab):
    """Control characters in a peer's text are shown as question marks."""
    ours, theirs = os.pipe()
    program = subprocess.Popen([lab.program, "--bind", "127.0.0.1:0", "--log", "text", "answer"],
                               stdin=subprocess.DEVNULL, stdout=theirs)
    os.close(theirs)
    text = b""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer, os.fdopen(ours, "rb") as log:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(120)
        text += log.readline()
        here = b"127.0.0.1:%d" % peer.getsockname()[1]
        peer.sendto(REQUEST % {b"here": here}, ("127.0.0.1", int(text.split()[-1])))
        answer = peer.recv(65536)
        check(answer.startswith(b"SIP/2.0 420"), "answer: %r", answer[:60])
        program.send_signal(signal.SIGTERM)
        text += log.read()
    equal(program.wait(120), 0, "exit status")
    check(b"INVITE 1" in text and b"Session-Expires: 90;x=" in text, "log: %r", text)
    bad = [c for c in text if (c < 0x20 and c != 0x0a) or 0x7f <= c < 0xa0]
    equal(bad, [], "control characters in %r" % text)


def port_that_is_none(lab):
    """A port beyond 65535 in a URI leads nowhere, and to no other port."""
    for uri in ("sip:a@127.0.0.1:70000", "sip:a@127.0.0.1:5060x", "sip:a@127.0.0.1:4294972356"):
        done = subprocess.run([lab.program, "--bind", "127.0.0.1:0", "--log", "text", "call", uri],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, check=False)
        check(done.returncode in (1, 2), "%s: exit status %d", uri, done.returncode)
        check("INVITE" not in done.stdout, "%s: sent\n%s", uri, done.stdout)
