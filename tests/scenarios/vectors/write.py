#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the scenarios as JSON test vectors, one for each user agent and proxy in a scenario.

    write.py FOLDER

README.md describes them, docs/scenarios.md their sources. index.json lists the vectors, the text of
each rule and decision, and which scenarios are left out and why.
"""
import csv
import json
import pathlib
import sys

from scenario import LeftOut, Scenario, ms, number

ROOT = pathlib.Path(__file__).resolve().parents[3]
TIMER_FIELDS = {"supported", "session-expires", "min-se", "require", "proxy-require", "unsupported",
                "retry-after"}
ADVISED = {400, 420, 422, 481, 491, 500}
# These happen to a program, not to a call: other implementations have no such functions.
OF_THE_LIBRARY = {"on", "restart", "clock", "down", "up", "policy", "offer-answered"}
MUST = {"refresh", "ended", "retry", "auth"}


class Agent:
    """One user agent of a scenario, and what happens to it, step by step."""

    def __init__(self, scenario, name):
        self.scenario, self.name = scenario, name
        self.steps, self.role, self.cseq, self.peer_cseq = [], None, 0, 0
        self.asked = {"local": {}, "remote": {}}  # the newest step of a request, by method
        self.gone = False

    def add(self, at_ms, **step):
        step = {"at_ms": at_ms, **step}
        if not self.gone:
            self.steps.append(step)
        return step

    def cseq_of(self, method, words, side):
        """The CSeq number that a request gets."""
        if "cseq" in words:
            cseq = int(words[words.index("cseq") + 1])
        elif method in ("ACK", "CANCEL"):
            return self.asked[side].get("INVITE", {}).get("cseq", 1)
        else:
            cseq = (self.cseq if side == "local" else self.peer_cseq) + 1
        if side == "local":
            self.cseq = cseq
        else:
            self.peer_cseq = cseq
        return cseq

    def answered(self, method, words, side):
        """The request that a response answers."""
        if method not in self.asked[side]:
            raise LeftOut("a response without a request")
        cseq = self.asked[side][method]["cseq"]
        return int(words[words.index("cseq") + 1]) if "cseq" in words else cseq

    def sends(self, at, status, method, words, fields):
        self.role = self.role or "caller"
        headers = [field for field in fields if field[0].lower() in TIMER_FIELDS]
        if status is not None:
            cseq = self.answered(method, words, "remote")
            request = self.asked["remote"][method]
            if status in ADVISED and "host" not in words:
                request["must"] = {"reject": status}
            self.add(at, do="respond", status=status, method=method, cseq=cseq,
                     must={"headers": headers})
            return
        step = self.add(at, do="request", method=method,
                        cseq=self.cseq_of(method, words, "local"), offer="offer" in words,
                        refresh="refresh" in words, must={"headers": headers})
        self.asked["local"][method] = step
        words += ["cseq", str(step["cseq"])]  # for the receiver

    def receives(self, at, status, method, words, fields):
        self.role = self.role or "callee"
        side = "remote" if status is None else "local"
        if "copy" in words:
            original = next(step for step in reversed(self.steps) if step.get("do") == "receive" and
                            (step.get("status"), step["method"]) == (status, method))
            if status is None and any(step.get("do") == "respond" and step["status"] >= 200 and
                                      step["cseq"] == original["cseq"] for step in self.steps):
                return  # the transaction layer answers it again
            kept = {name: value for name, value in original.items() if name != "must"}
            self.add(**{**kept, "at_ms": at, "copy": True})
            return
        step = {"do": "receive", "method": method, "headers": fields}
        if status is None:
            step["offer"] = "offer" in words
            step["cseq"] = self.cseq_of(method, words, side)
        else:
            step["status"] = status
            step["cseq"] = self.answered(method, words, side)
        step = self.add(at, **step)
        if status is None:
            self.asked["remote"][method] = step

    def tells(self, at, words):
        if words[0] == "hang-up":
            self.add(at, do="end")
            return
        what = {"event": words[0]}
        names = {"refresh": ["method"], "negotiated": ["interval", "side"], "ended": ["reason"],
                 "refreshed": ["interval", "side"], "violation": ["name"], "wait": ["ms"]}
        values = words[1:1 + len(names.get(words[0], []))]
        what.update(zip(names.get(words[0], []), map(number, values)))
        if "ms" in what:
            what["ms"] = ms(words[1])
        if words[0] == "refresh":
            what["offer"] = "offer" in words
        self.add(at, **{"must" if words[0] in MUST else "report": what})

    def happens(self, at, words):
        if words[0] in OF_THE_LIBRARY:
            raise LeftOut("it is about libsst's own functions: " + words[0])
        if words[0] in ("timeout", "transport"):
            self.add(at, do="fail", how=words[0], method=words[1])
        elif words[0] == "end":
            self.add(at, do="end")
        elif words[0] == "sleeps":
            self.gone = True
        elif words[0] == "cannot":
            pass  # the error that libsst's function returns
        else:
            step = self.add(at, do="not-sent")
            if len(words) > 1 and words[1] != "after":
                step["method"] = words[1]
            if "after" in words:
                step["after_ms"] = ms(words[words.index("after") + 1])


class Proxy(Agent):
    """One proxy of a scenario: what arrives, and what it forwards."""

    def __init__(self, scenario, name):
        super().__init__(scenario, name)
        self.role, self.dialog = "proxy", False

    def receives(self, at, status, method, words, fields):
        if "copy" in words:
            return  # forwarded as before
        super().receives(at, status, method, words, fields)
        step = self.steps[-1]
        if status is None:
            step["in_dialog"] = self.dialog
            self.asked["local"][method] = step  # of which it forwards the response

    def sends(self, at, status, method, words, fields):
        if method not in self.asked["remote"]:
            raise LeftOut("a response without a request")
        if "copy" in words or "host" in words:
            return  # not part of the vectors
        request = self.asked["remote"][method]
        step = {"method": method, "cseq": request["cseq"], "must": {"headers": fields}}
        if status == 422 and not self.answers(method):
            request["must"] = {"reject": status}
            self.add(at, do="respond", status=status, **step)
        elif status is None:
            step["must"]["record_route"] = "record-routes" in words
            self.dialog = self.dialog and method != "BYE"
            self.add(at, do="forward", **step)
        else:
            self.dialog = self.dialog or 200 <= status < 300
            self.add(at, do="forward", status=status, **step)

    def answers(self, method):
        """Whether a response to the newest request has arrived and is to be forwarded."""
        for step in reversed(self.steps):
            if step is self.asked["remote"][method]:
                return False
            if step.get("do") == "receive" and step.get("status") and step["method"] == method:
                return True
        return False


def arrivals(lines):
    """The lines in order of arrival: what takes time comes before what is due then."""
    out = []
    for at, words, fields in lines:
        rest = words[3:]
        out.append((at, 1, words, rest, fields))
        if words[1:2] == ["->"] and "takes" in words:
            arrival = at + ms(words[words.index("takes") + 1])
            out.append((arrival, 0, words, rest, fields))
    return sorted(out, key=lambda line: line[:2])


def play(scenario):
    """The agents of a scenario with their steps, and its end."""
    agents = {name: Agent(scenario, name) for name in scenario.library}
    agents.update({name: Proxy(scenario, name) for name in scenario.proxies})
    for at, sending, words, rest, fields in arrivals(scenario.lines):
        host = agents.get(words[0])
        if words[1:2] == ["->"]:
            status = int(words[3]) if words[3].isdecimal() else None
            method = words[3] if status is None else words[4]
            target = agents.get(words[2])
            if any("/" in word and word.split("/")[0] in agents for word in (words[0], words[2])):
                raise LeftOut("its INVITE forks")
            if host and sending and "copy" not in rest:
                host.sends(at, status, method, rest, fields)
            if target and "lost" not in rest and ("takes" in rest) != bool(sending):
                target.receives(at, status, method, rest, fields)
        elif host and words[1] == ":":
            host.tells(at, words[2:])
        elif host and words[1] == "!":
            host.happens(at, words[2:])
        elif words[0] == "quiet":
            for agent in agents.values():
                agent.add(at, must={"silence": True})
    return [agent for agent in agents.values() if agent.steps and agent.role]


def vectors(scenario, texts):
    agents = play(scenario)
    shows = [name for name in scenario.shows if name in texts]
    for agent in agents:
        name = scenario.name if len(agents) == 1 else scenario.name + "." + agent.name
        common = {} if agent.role == "proxy" else scenario.policies[""]
        policy = {**common, **scenario.policies.get(agent.name, {})}
        yield {"format": 1, "name": name, "title": scenario.title, "shows": shows,
               "role": agent.role, "policy": policy, "steps": agent.steps}


def rules():
    """What the identifiers mean: rules of the RFC, decisions, failures seen in the field."""
    texts = {}
    for name, column in (("docs/conformance/requirements.tsv", "rule"),
                         ("docs/conformance/decisions.tsv", "decision"),
                         ("scenarios/failures.tsv", "what failed")):
        with open(ROOT / "tests" / name, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                texts[row["id"]] = row[column]
    return texts


def write(path, value):
    """Writes one line per member, and per step."""
    lines = []
    for name, member in value.items():
        text = json.dumps(member, ensure_ascii=False)
        if name == "steps":
            text = "[\n  " + ",\n  ".join(json.dumps(step, ensure_ascii=False) for step in member) + "]"
        lines.append(json.dumps(name) + ": " + text)
    path.write_text("{\n " + ",\n ".join(lines) + "\n}\n", encoding="utf-8")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    texts, names, left_out, used = rules(), [], {}, set()
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.sst")):
        try:
            scenario = Scenario(path)
            made = list(vectors(scenario, texts))
        except LeftOut as reason:
            left_out[path.stem] = str(reason)
            continue
        for vector in made:
            write(folder / (vector["name"] + ".json"), vector)
            names.append(vector["name"])
            used.update(vector["shows"])
    write(folder / "index.json", {
        "format": 1, "vectors": names, "left_out": left_out,
        "rules": {name: texts[name] for name in sorted(used)}})
    print(f"{len(names)} vectors; scenarios left out: {len(left_out)}")


main()
