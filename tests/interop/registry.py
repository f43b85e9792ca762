"""The list of cases: each has a name, a peer, our role, and a sentence for the page."""

import collections

Case = collections.namedtuple("Case", "name peer role about function rate")

CASES = collections.OrderedDict()


def case(name, peer, role, about, rate=20, **arguments):
    """Registers a function of the stage as a case; the same function may make several.

    role is that of sst-ua: caller or callee.  rate is how much faster than real time
    its clock runs.
    """
    def register(function):
        if name in CASES:
            raise SystemExit("two cases have the name %s" % name)
        CASES[name] = Case(name, peer, role, about,
                           lambda stage: function(stage, **arguments), rate)
        return function
    return register
