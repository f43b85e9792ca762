"""What can happen to a cluster, and what its peers may notice: nothing but a refresh.

lab.interval is the Session-Expires of the calls: the refresh comes halfway through it, and a
watching peer hangs up after two thirds. lab.lease is the nodes' lease. Both grow with the slowness
of the lab.
"""

import contextlib
import glob
import os
import signal
import subprocess
import time

import many
from lab import Agent, Skip, check, readable
from networks import ADDRESS, PEER, networks

REFRESHER, WATCHER = "uas", "uac"       # the cluster's role: the callee of the INVITE

STEPS = {
    "refresher": ("unstored", "stored", "sent", "answered", "committed"),
    "watcher": ("unread", "unstored", "stored"),
}


def timer(lab, who):
    return ["Session-Expires: %d;refresher=%s" % (lab.interval, who), "Min-SE: 6"]


def options(lab, method):
    return ("--session-expires", str(lab.interval), "--min-se", "6", "--method", method,
            "--policy", "refresh_floor=1")


def begin(lab, role, method):
    """A call that is up and stored, with the cluster as the callee."""
    nodes = [lab.node("a", *options(lab, method)),
             lab.node("b", *options(lab, method), standby=True)]
    peer = lab.peer()
    peer.cseq = 10
    if method == "invite":
        peer.allow = "INVITE, ACK, CANCEL, BYE"
    peer.establish(*timer(lab, REFRESHER if role == "refresher" else WATCHER))
    lab.wait_kept(1)
    return nodes, peer


def answer(peer, request):
    """A refresh, answered as it asks, by a peer that supports the extension."""
    asked = request.session_expires
    peer.answer(request, 200, "Session-Expires: %d;refresher=%s" % (asked.interval,
                                                                   asked.refresher),
                "Require: timer")


def expect_refresh(lab, peer, above, since):
    """The refresh of the node that took over, in time, with a CSeq above all others. Answers 200.
    """
    request = peer.expect("UPDATE", "INVITE", timeout=30, skip=(100, "ACK"))
    took = time.monotonic() - since - lab.lag.seconds()
    check(took < lab.lease + 1, "the refresh of the taker came after %.1f s", took)
    check(request.cseq.number > above, "CSeq %d was used, and now %d", above, request.cseq.number)
    answer(peer, request)
    if request.method == "INVITE":
        ack = peer.expect("ACK", timeout=10)
        check(ack.cseq.number == request.cseq.number, "ACK of another INVITE")
    return request


def goes_on(lab, peer, role, method):
    """The call is healthy: one more refresh, from the right side, and a BYE."""
    if role == "refresher":
        request = peer.expect("UPDATE", "INVITE", timeout=lab.half + 5)
        answer(peer, request)
        if request.method == "INVITE":
            peer.expect("ACK", timeout=10)
    else:
        refresh_by_peer(lab, peer, method)
    peer.hang_up()
    lab.wait_kept(0)


def refresh_by_peer(lab, peer, method, wait=True):
    name = "UPDATE" if method == "update" else "INVITE"
    request = peer.request(name, *timer(lab, "uac"), sdp=peer.body() if name == "INVITE" else None)
    if wait:
        response = peer.expect(200, timeout=10)
        check(response.session_expires.interval == lab.interval, "another interval: %s",
              response.summary())
        if name == "INVITE":
            peer.ack(response)
    return request


def killed_as_refresher(lab, step, method):
    nodes, peer = begin(lab, "refresher", method)
    first = nodes[0]
    if step == "unstored":
        time.sleep(lab.half - 0.5)
        first.link.holds = True
    passed = first.link.passed
    request = peer.expect("UPDATE", "INVITE", timeout=lab.half + 5)
    if step == "stored":
        lab.wait(lambda: first.link.passed > passed, 5, "nothing was stored before the refresh")
    if step == "answered":
        first.link.holds = True
    if step in ("answered", "committed"):
        passed = first.link.passed
        answer(peer, request)
        if request.method == "INVITE":
            peer.expect("ACK", timeout=10)
        lab.wait(lambda: any(event.get("event") == "refreshed" for event in
                             list(first.agent.events)), 5, "no refresh")
    if step == "committed":
        lab.wait(lambda: first.link.passed > passed + 400, 5, "the commit was not stored")
    first.kill()
    killed = time.monotonic()
    if step == "sent":      # the answer goes to the node that has the address by then
        answer(peer, request)
    retransmit_until_taken(lab, peer, request, step, nodes[1])
    expect_refresh(lab, peer, request.cseq.number, killed)
    check_one_transaction_a_number(lab, peer)
    goes_on(lab, peer, "refresher", method)


def retransmit_until_taken(lab, peer, request, step, taker):
    """RFC 3261 §13.3.1.4: a 2xx to INVITE is retransmitted until its ACK comes, here from the
    taker.
    """
    if step != "sent" or request.method != "INVITE":
        return
    lab.wait(taker.is_listening, 10, "nobody took over")
    key = (True, "INVITE", request.branch, request.cseq, request.to_tag)
    peer.send_bytes(peer.answers[key])
    seen = []
    while not any(m.method == "ACK" for m in seen):
        seen.append(peer.expect("ACK", "UPDATE", "INVITE", timeout=10))
    check(seen[-1].cseq.number == request.cseq.number, "the taker acknowledges another INVITE")
    peer.waiting.extendleft(m for m in reversed(seen) if m.method != "ACK")


def killed_as_watcher(lab, step, method):
    nodes, peer = begin(lab, "watcher", method)
    first = nodes[0]
    time.sleep(lab.half - 1)
    if step == "unread":
        first.signal(signal.SIGSTOP)
        request = refresh_by_peer(lab, peer, method, wait=False)
        first.kill()
        killed = time.monotonic()
        lab.wait(nodes[1].is_listening, 10, "nobody took over")
        # The taker refreshes at once; sending that before the retransmission keeps the order fixed.
        handle_crossing(peer, peer.expect("UPDATE", "INVITE", timeout=10))
        peer.send_bytes(request.encode())       # as Timer A or E does
        response = None
        while response is None:
            message = peer.expect(200, "UPDATE", "INVITE", timeout=10)
            if message.status == 200:
                response = message
            else:
                handle_crossing(peer, message)
        if method == "invite":
            peer.ack(response)
    else:
        first.link.holds = step == "unstored"
        passed = first.link.passed
        refresh_by_peer(lab, peer, method)
        if step == "stored":
            lab.wait(lambda: first.link.passed > passed + 400, 5, "the commit was not stored")
        first.kill()
        killed = time.monotonic()
        expect_refresh(lab, peer, 0, killed)
    check_one_transaction_a_number(lab, peer)
    goes_on(lab, peer, "watcher", method)


def handle_crossing(peer, request):
    """The taker's refresh crosses the peer's: RFC 3261 §14.1."""
    if request.method == "INVITE":
        peer.answer(request, 491)
        peer.expect("ACK", timeout=10)
    else:
        answer(peer, request)


def check_one_transaction_a_number(lab, peer):
    """The cluster uses no CSeq number twice, on any of its nodes."""
    with lab.wire.changed:
        seen = {}
        for datagram in lab.wire.datagrams:
            message = datagram.message
            if datagram.sender == "cluster" and message is not None and message.is_request and \
                    message.method != "ACK":
                other = seen.setdefault((message.call_id, message.cseq.number), message.branch)
                check(other == message.branch, "CSeq %d was used twice", message.cseq.number)
                check(message.method != "BYE", "the cluster hung up")


# ---- The store ----

def serve(peer, seconds):
    """Answers requests for this long; none may be a BYE. Returns how many were refreshes."""
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        if readable(peer, max(0.0, end - time.monotonic())) and peer.pending(0.05):
            request = peer.expect("UPDATE", "INVITE", timeout=1, skip=(100, "ACK"))
            answer(peer, request)
            count += 1
    return count


def store_cut_from_owner(lab):
    nodes, peer = begin(lab, "refresher", "update")
    nodes[0].link.cut()
    cut = time.monotonic()
    expect_refresh(lab, peer, 0, cut)
    lab.wait(nodes[1].is_listening, 10, "nobody took over")
    serve(peer, lab.interval)         # the old owner cannot know; nothing ends
    nodes[0].link.mend()
    check(nodes[0].exit_status() == 5, "the old owner goes on")
    check_one_transaction_a_number(lab, peer)
    goes_on(lab, peer, "refresher", "update")


def store_cut_from_standby(lab):
    nodes, peer = begin(lab, "refresher", "update")
    nodes[1].link.cut()
    check(serve(peer, lab.half + 3) == 1, "the call does not go on")
    nodes[1].link.mend()
    time.sleep(2)
    check(not nodes[1].is_listening(), "the standby took calls that have an owner")
    nodes[0].kill()
    expect_refresh(lab, peer, 0, time.monotonic())
    goes_on(lab, peer, "refresher", "update")


def store_cut_from_both(lab):
    nodes, peer = begin(lab, "refresher", "update")
    for node in nodes:
        node.link.cut()
    check(serve(peer, lab.interval + 3) == 2, "the call does not go on without a store")
    for node in nodes:
        node.link.mend()
    # The owner may have calls that the store has never seen, so it goes first.
    time.sleep(2 + lab.lease)
    check(not nodes[1].is_listening(), "the standby took calls that have an owner")
    check_one_transaction_a_number(lab, peer)
    goes_on(lab, peer, "refresher", "update")


def store_cut_while_loading(lab):
    """The standby has the lease, and no calls yet."""
    nodes, peer = begin(lab, "refresher", "update")
    nodes[1].link.cut_at = b"HSCAN"
    nodes[0].kill()
    killed = time.monotonic()
    nodes[1].wait_for("away")
    nodes[1].link.cut_at = None
    nodes[1].link.mend()
    expect_refresh(lab, peer, 0, killed)
    check(nodes[1].number("taken") == 1, "%s calls taken over", nodes[1].number("taken"))
    goes_on(lab, peer, "refresher", "update")


def store_gives_a_call_twice(lab):
    """Redis's HSCAN: "A given element may be returned multiple times"."""
    nodes, peer = begin(lab, "refresher", "update")
    lab.store.ask("EVAL", "local all = redis.call('HGETALL', KEYS[1]) "
                  "return redis.call('HSET', KEYS[1], 'again', all[2])", "1", lab.key("calls"))
    nodes[0].kill()
    expect_refresh(lab, peer, 0, time.monotonic())
    check(nodes[1].number("taken") == 1, "%s calls taken over", nodes[1].number("taken"))
    check(serve(peer, 1) == 0, "it was restored twice")
    lab.store.ask("HDEL", lab.key("calls"), "again")
    goes_on(lab, peer, "refresher", "update")


def store_restarted_empty(lab):
    nodes, peer = begin(lab, "refresher", "update")
    lab.store.stop()
    time.sleep(0.5)
    lab.store.start()
    lab.wait_kept(1)
    check(not nodes[1].is_listening(), "the standby took calls that have an owner")
    lab.wait(lambda: lab.store.ask("GET", lab.key("lease")) == "a", 5, "the owner has no lease")
    nodes[0].kill()
    expect_refresh(lab, peer, 0, time.monotonic())
    goes_on(lab, peer, "refresher", "update")


def store_slow(lab):
    nodes, peer = begin(lab, "refresher", "update")
    for node in nodes:
        node.link.delay = 0.2       # in each direction
    since = time.monotonic()
    request = peer.expect("UPDATE", timeout=lab.half + 5)
    took = time.monotonic() - since - lab.lag.seconds()
    check(took < lab.half + 0.5, "the refresh waited for the store: %.1f s", took)
    answer(peer, request)
    check(not nodes[1].is_listening(), "the standby took calls that have an owner")
    time.sleep(1)
    nodes[0].kill()
    expect_refresh(lab, peer, request.cseq.number, time.monotonic() + 1)
    goes_on(lab, peer, "refresher", "update")


def store_full(lab):
    """Redis's maxmemory is reached: nothing is written, and the calls are not affected."""
    nodes, peer = begin(lab, "refresher", "update")
    first = nodes[0]
    gone = lab.peer()
    gone.establish(*timer(lab, WATCHER))
    lab.wait_kept(2)
    lab.store.ask("CONFIG", "SET", "maxmemory", "1mb")
    first.wait_for("full")
    late = lab.peer()
    late.establish(*timer(lab, REFRESHER))
    gone.hang_up()
    lab.wait_kept(1)        # deleting needs no memory
    lab.store.ask("DEL", lab.key("calls"))
    check(serve(peer, lab.half + 1) == 1, "the call does not go on")
    check(serve(late, 1) == 1, "the call that the store does not have does not go on")
    check(lab.store.ask("GET", lab.key("lease")) == "a", "the owner has no lease")
    check(lab.kept() == 0, "there was memory after all")
    check([node.number("away") for node in nodes] == [None, None], "the connection was given up")
    check(first.numbers("full") == [0], "it was reported %d times", len(first.numbers("full")))

    lab.store.ask("CONFIG", "SET", "maxmemory", "0")
    first.wait_for("room")
    lab.wait_kept(2)
    check(not nodes[1].is_listening(), "the standby took calls that have an owner")
    first.kill()
    killed = time.monotonic()
    for each in (peer, late):
        expect_refresh(lab, each, 0, killed)
    check(nodes[1].number("taken") == 2, "%s calls taken over", nodes[1].number("taken"))
    late.hang_up()
    check_one_transaction_a_number(lab, peer)
    goes_on(lab, peer, "refresher", "update")


def store_full_at_the_end_of_the_owner(lab):
    """No lease can be written then: the standby gets it as soon as that is possible."""
    nodes, peer = begin(lab, "refresher", "update")
    lab.store.ask("CONFIG", "SET", "maxmemory", "1mb")
    nodes[0].wait_for("full")
    nodes[0].kill()
    nodes[1].wait_for("full")
    lab.store.ask("CONFIG", "SET", "maxmemory", "0")
    expect_refresh(lab, peer, 0, time.monotonic())
    check(nodes[1].number("away") is None, "the connection was given up")
    goes_on(lab, peer, "refresher", "update")


def wrong_usage(lab):
    """What cannot work with a store is rejected at once, with a message."""
    for words, said in ((["--node", "a", "--transport", "tcp"], "only with UDP"),
                        (["--node", "a", "--transport", "tls"], "only with UDP"),
                        (["--node", "a", "--tls-certificate", "x.pem"], "only with UDP"),
                        (["--node", "a", "--bind", "127.0.0.1:0"], "cannot be 0"),
                        ([], "--store needs --node"),
                        (["--node", "a", "--store", "rediss://127.0.0.1"], "no TLS to a store"),
                        (["--node", "a", "--store", "redis://a@127.0.0.1"], "neither redis://"),
                        (["--node", "a", "--store", "redis://:%4@127.0.0.1"], "neither redis://"),
                        (["--node", "a", "--store", "redis://127.0.0.1/x"], "neither redis://")):
        done = subprocess.run([lab.program, "--store", "unix:/nowhere", *words, "answer"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, encoding="utf-8", timeout=60, check=False)
        check(done.returncode == 1 and said in done.stderr and "a@" not in done.stderr,
              "%s: status %d and: %s", words, done.returncode, done.stderr)


# The rights that a Redis user needs for sst-ua: docs/failover.md.
RIGHTS = "~sst:* +select +script|load +evalsha +time +get +set +pexpire +hset +hdel +hscan".split()


def store_with_password(lab):
    """Over TCP, as a user with only the necessary rights, in a database of its own."""
    port = lab.ports.base + 2
    lab.store.stop()
    lab.store.start(port)
    lab.store.ask("ACL", "SETUSER", "sst", "on", ">a:b/@c", *RIGHTS)
    lab.store.ask("ACL", "SETUSER", "default", "-@all", "+ping", "+info", "+hlen")
    wrong = subprocess.run(
        [lab.program, "--bind", "%s:%d" % lab.address, "--node", "a",
         "--store", "redis://sst:wrong@127.0.0.1:%d" % port, "answer"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8", timeout=60, check=False)
    check(wrong.returncode == 1 and wrong.stderr.count("WRONGPASS") == 1 and
          "wrong@" not in wrong.stderr, "status %d and: %s", wrong.returncode, wrong.stderr)

    first = lab.node("a", *options(lab, "update"),
                     store="redis://sst:a:b%%2F%%40c@127.0.0.1:%d/3" % port)
    lab.node("b", *options(lab, "update"), standby=True, store="redis://127.0.0.1:%d/3" % port,
             environment=dict(os.environ, SST_UA_STORE_AUTH="sst:a:b/@c"))
    with open("/proc/%d/cmdline" % first.agent.process.pid, "rb") as file:
        check(b"a:b" not in file.read(), "the list of processes shows the password")
    peer = lab.peer()
    peer.establish(*timer(lab, REFRESHER))
    lab.wait(lambda: "db3:keys=3" in lab.store.ask("INFO", "keyspace"), 10, "nothing in database 3")
    first.kill()
    expect_refresh(lab, peer, 0, time.monotonic())
    goes_on(lab, peer, "refresher", "update")
    lab.wait(lambda: "db3:keys=2" in lab.store.ask("INFO", "keyspace"), 10, "the call is still there")


# ---- The nodes ----

def two_takers(lab):
    nodes, peer = begin(lab, "refresher", "update")
    nodes.append(lab.node("c", *options(lab, "update"), standby=True))
    nodes[0].kill()
    expect_refresh(lab, peer, 0, time.monotonic())
    check(serve(peer, 2) == 0, "both took the call over")
    check([node.is_listening() for node in nodes[1:]].count(True) == 1, "two owners")
    goes_on(lab, peer, "refresher", "update")


def owner_stopped_and_continued(lab):
    nodes, peer = begin(lab, "refresher", "update")
    time.sleep(lab.half - 2)
    nodes[0].signal(signal.SIGSTOP)     # its refresh falls due meanwhile
    request = expect_refresh(lab, peer, 0, time.monotonic())
    time.sleep(3)
    nodes[0].signal(signal.SIGCONT)
    check(nodes[0].exit_status() == 5, "the old owner goes on")
    sent = [event for event in list(nodes[0].agent.events)
            if event.get("event") == "sent" and event.get("method") in ("UPDATE", "BYE")]
    check(not sent, "the old owner sent %s", sent)
    check(request.cseq.number > 100, "CSeq numbers of the first block")
    check_one_transaction_a_number(lab, peer)
    goes_on(lab, peer, "refresher", "update")


def clocks_apart(lab):
    library = sorted(glob.glob("/usr/lib/*/faketime/libfaketime.so.1"))
    if not library:
        raise Skip("no faketime")
    ahead = dict(os.environ, LD_PRELOAD=library[0], FAKETIME="+10s",
                 ASAN_OPTIONS="verify_asan_link_order=0",
                 FAKETIME_DONT_FAKE_MONOTONIC="1")
    first = lab.node("a", *options(lab, "update"))
    second = lab.node("b", *options(lab, "update"), standby=True, environment=ahead)
    peer = lab.peer()
    peer.establish(*timer(lab, REFRESHER))
    lab.wait_kept(1)
    first.kill()
    expect_refresh(lab, peer, 0, time.monotonic())
    check(second.is_listening(), "nobody took over")
    goes_on(lab, peer, "refresher", "update")


def description_and_routes_survive(lab):
    """SDP with its version, the route set, the target: RFC 3264 §8, RFC 3261 §12.2."""
    nodes = [lab.node("a", *options(lab, "invite")), lab.node("b", *options(lab, "invite"), standby=True)]
    peer = lab.peer()
    peer.cseq, peer.allow = 10, "INVITE, ACK, CANCEL, BYE"
    route = "<sip:%s;lr>" % peer.hostport
    peer.establish(*timer(lab, REFRESHER), "Record-Route: " + route)
    lab.wait_kept(1)
    peer.contact = "sip:elsewhere@" + peer.hostport     # a new target, and a new description
    peer.body_version = 2
    peer.request("INVITE", *timer(lab, REFRESHER), sdp=peer.body("sendonly"))
    response = peer.expect(200, timeout=10)
    peer.ack(response)
    time.sleep(0.3)
    nodes[0].kill()
    request = expect_refresh(lab, peer, 0, time.monotonic())
    check(request.method == "INVITE", "no re-INVITE: %s", request.summary())
    check(request.uri == peer.contact, "another target: %s", request.uri)
    check(request.get("route") == route, "another route set: %s", request.get("route"))
    check(request.origin == response.origin, "%s became %s", response.origin, request.origin)
    check(request.direction == "recvonly", "another description: %s", request.direction)
    goes_on(lab, peer, "refresher", "invite")


def as_caller(lab):
    """The cluster placed the call."""
    peer = lab.peer()
    call = ("call", peer.contact)
    first = lab.node("a", *options(lab, "update"), doing=call)
    lab.node("b", *options(lab, "update"), standby=True, doing=call)
    request = peer.expect("INVITE", timeout=10)
    peer.address = None
    peer.answer(request, 200, *timer(lab, "uac"), "Require: timer")
    peer.expect("ACK", timeout=10)
    lab.wait_kept(1)
    first.kill()
    expect_refresh(lab, peer, request.cseq.number, time.monotonic())
    goes_on(lab, peer, "refresher", "update")


def as_caller_over_tcp(lab):
    """A connection ends with its node; the taker opens a new one."""
    target = "127.0.0.1:%d" % (lab.address[1] + 1)
    peer = Agent(lab.wire, "peer", [lab.program, "--bind", target, "--log", "json", "--unsafe-min",
                                    "6", "--min-se", "6", "--prefer-refresher", "uac", "answer"])
    lab.programs.append(peer.process)
    check(peer.wait("listening"), "the peer does not start")
    call = ("call", "sip:peer@%s;transport=tcp" % target)
    first = lab.node("a", *options(lab, "update"), doing=call)
    second = lab.node("b", *options(lab, "update"), standby=True, doing=call)
    lab.wait_kept(1)
    check(peer.wait("received", method="ACK"), "the call is not up")
    first.kill()
    killed = time.monotonic()
    check(peer.wait("refreshed", timeout=30), "no refresh")
    took = time.monotonic() - killed - lab.lag.seconds()
    check(took < lab.lease + 1, "the refresh of the taker came after %.1f s", took)
    second.signal(signal.SIGTERM)
    check(peer.process.wait(20) == 0 and second.exit_status() == 0, "the call did not go on")


@contextlib.contextmanager
def on_two_hosts(lab):
    """A call that is up and stored; each node has its own machine, and the first has the address.
    """
    with networks("a", "b") as hosts:
        lab.address = (ADDRESS, 5060)
        hosts.give("a")
        nodes = [lab.node("a", *options(lab, "update"), within=hosts.within("a")),
                 lab.node("b", *options(lab, "update"), within=hosts.within("b"), standby=True)]
        peer = lab.peer(PEER)
        peer.establish(*timer(lab, REFRESHER))
        lab.wait_kept(1)
        yield hosts, nodes, peer


def address_moves(lab):
    with on_two_hosts(lab) as (hosts, nodes, peer):
        nodes[0].kill()
        hosts.unplug("a")
        killed = time.monotonic()
        hosts.give("b")
        expect_refresh(lab, peer, 0, killed)
        check_one_transaction_a_number(lab, peer)
        goes_on(lab, peer, "refresher", "update")


def logged(node, **wanted):
    """When, by its own clock, the node first logged such an event; None if never."""
    return next((event["real"] for event in list(node.agent.events)
                 if all(event.get(key) == value for key, value in wanted.items())), None)


def address_moves_late(lab):
    """What could not be sent before the address came is sent at once, not at the next Timer E."""
    with on_two_hosts(lab) as (hosts, nodes, peer):
        nodes[0].kill()
        hosts.unplug("a")
        nodes[1].wait_for("address_awaited")
        time.sleep(4)
        hosts.give("b")
        expect_refresh(lab, peer, 0, time.monotonic())
        waited = logged(nodes[1], event="sent", method="UPDATE") - \
            logged(nodes[1], event="store", state="address_came")
        check(waited < 0.1, "the refresh went out %.1f s after the address came", waited)
        check_one_transaction_a_number(lab, peer)
        goes_on(lab, peer, "refresher", "update")


def address_goes(lab, hosts, first):
    """It moves although its node is healthy and has the store: that node falls silent and ends
    nothing.
    """
    hosts.take("a")
    hosts.give("b")
    check(first.exit_status() == 5, "the old owner goes on")
    check(first.number("address_gone") is not None, "it does not say why")
    check(lab.kept() == 1, "it took the call out of the store")


def address_goes_at_rest(lab):
    with on_two_hosts(lab) as (hosts, nodes, peer):
        time.sleep(1)
        since = time.monotonic()
        address_goes(lab, hosts, nodes[0])
        check(logged(nodes[0], event="refresh") is None, "only a refresh made it look")
        expect_refresh(lab, peer, 0, since + lab.lease / 3)
        check_one_transaction_a_number(lab, peer)
        goes_on(lab, peer, "refresher", "update")


def address_goes_before_a_refresh(lab):
    """The refresh cannot be sent, long before the node would check for its address."""
    lab.lease *= 12
    with on_two_hosts(lab) as (hosts, nodes, _):
        time.sleep(lab.half - 0.2)
        address_goes(lab, hosts, nodes[0])
        waited = logged(nodes[0], event="store", state="address_gone") - \
            logged(nodes[0], event="refresh")
        check(waited < 0.1, "it noticed %.1f s after it could not send", waited)


def five_hundred_calls(lab):
    many.many(lab, 500)


def ten_thousand_calls(lab):
    many.many(lab, 10000)


CASES = {"%s_killed_%s_by_%s" % (role, step, method):
         (lambda lab, role=role, step=step, method=method:
          (killed_as_refresher if role == "refresher" else killed_as_watcher)(lab, step, method))
         for role, steps in STEPS.items() for step in steps for method in ("update", "invite")}
CASES.update({case.__name__: case for case in (
    store_cut_from_owner, store_cut_from_standby, store_cut_from_both, store_cut_while_loading,
    store_gives_a_call_twice, store_restarted_empty, store_slow, store_full,
    store_full_at_the_end_of_the_owner, store_with_password, wrong_usage,
    two_takers, owner_stopped_and_continued, clocks_apart, description_and_routes_survive,
    as_caller, as_caller_over_tcp, address_moves, address_moves_late, address_goes_at_rest,
    address_goes_before_a_refresh, five_hundred_calls, ten_thousand_calls)})
