"""Mutants of a C file: small changes, token by token, each of which a test should notice."""

import re

TOKEN = re.compile(r"""
      (?P<skip>\s+ | //[^\n]* | /\*.*?\*/ | ^[ ]*\#(?:\\\n|[^\n])*)
    | (?P<text>"(?:\\.|[^"\\])*")
    | (?P<char>'(?:\\.|[^'\\])+')
    | (?P<number>0[xX][0-9a-fA-F]+[uUlL]* | [0-9]+[uUlL]*)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<mark>\+\+|--|->|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
    """, re.VERBOSE | re.DOTALL | re.MULTILINE)

COMPARISONS = {"==": ["!="], "!=": ["=="], "<": ["<=", ">="], "<=": ["<", ">"],
               ">": [">=", "<="], ">=": [">", "<"]}
LOGIC = {"&&": ["||"], "||": ["&&"]}
# Operators that could be unary count only between two operands.
ARITHMETIC = {"+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "&": ["|"], "|": ["&"],
              "^": ["|"], "<<": [">>"], ">>": ["<<"]}
ASSIGNMENTS = {"+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="], "^=": ["|="],
               "<<=": [">>="], ">>=": ["<<="], "++": ["--"], "--": ["++"]}
TYPES = {"const", "static", "struct", "enum", "unsigned", "signed", "int", "long", "char", "bool",
         "size_t", "void", "uintptr_t", "typedef", "extern", "inline"}
TYPE_NAME = re.compile(r"u?int(8|16|32|64)_t$")
CONTROL = {"if", "while", "for", "switch", "do", "else", "case", "default", "return", "goto"}


class Token:
    """A token: kind, text, and where it begins and ends in the file."""

    def __init__(self, kind, text, begin, end):
        self.kind, self.text, self.begin, self.end = kind, text, begin, end

    def is_type(self):
        return self.kind == "word" and (self.text in TYPES or bool(TYPE_NAME.match(self.text)))


def plain(text):
    """Code without comments and line breaks."""
    return " ".join(re.sub(r"/\*.*?(\*/|$)", "", text, flags=re.DOTALL).split())


class Mutant:
    """A change of text[begin:end]. Its key stays the same when lines move."""

    def __init__(self, path, text, function, span, replacement):
        begin, end = span
        self.path, self.function = path, function
        self.line = text.count("\n", 0, begin) + 1
        self.text = text[:begin] + replacement + text[end:]
        first = text.rfind("\n", 0, begin) + 1
        last = text.find("\n", end)
        self.before = plain(text[first:last])
        self.after = plain(text[first:begin] + replacement + text[end:last])
        self.ordinal = 1

    @property
    def key(self):
        after = self.after if self.ordinal == 1 else "%s (%d)" % (self.after, self.ordinal)
        return self.path, self.function, self.before, after


def tokens_of(text):
    return [Token(found.lastgroup, found.group(), found.start(), found.end())
            for found in TOKEN.finditer(text) if found.lastgroup != "skip"]


def closing(tokens, at):
    """The token that closes the bracket at a position."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    opened, closed = tokens[at].text, pairs[tokens[at].text]
    depth = 0
    for i in range(at, len(tokens)):
        if tokens[i].kind == "mark":
            depth += (tokens[i].text == opened) - (tokens[i].text == closed)
            if depth == 0:
                return i
    raise ValueError("a bracket is not closed")


def functions_of(tokens):
    """(name, return type: "void", "bool", "pointer" or "number", first, last) of each body."""
    found, i, head = [], 0, 0
    while i < len(tokens):
        text = tokens[i].text
        if text == "{":
            last = closing(tokens, i)
            if tokens[i - 1].text == ")":
                name = next(j for j in range(head, i) if tokens[j + 1].text == "(")
                words = [token.text for token in tokens[head:name]]
                kind = ("pointer" if "*" in words else "bool" if "bool" in words else
                        "void" if "void" in words else "number")
                found.append((tokens[name].text, kind, i, last))
                head = last + 1
            i = last
        elif text == ";":
            head = i + 1
        i += 1
    return found


def numbers_near(token):
    """A constant plus one, minus one, and 0."""
    digits = token.text.rstrip("uUlL")
    suffix = token.text[len(digits):]
    value = int(digits, 16 if digits[:2].lower() == "0x" else 10)
    near = dict.fromkeys([value + 1, max(value - 1, 0), 0])
    near.pop(value, None)
    return ["%d%s" % (number, suffix) for number in near]


class Finder:
    """Walks over the tokens of one function and records what could be changed."""

    def __init__(self, tokens, returns):
        self.tokens, self.returns = tokens, returns
        self.changes = []  # (begin, end, replacement)

    def note(self, first, last, replacement):
        self.changes.append((self.tokens[first].begin, self.tokens[last].end, replacement))

    def is_binary(self, i):
        """Between operands: this project puts blanks around binary operators, and only those."""
        before, token, after = self.tokens[i - 1], self.tokens[i], self.tokens[i + 1]
        return (before.end < token.begin and token.end < after.begin and
                (before.kind in ("word", "number", "char") or before.text in (")", "]")) and
                not before.is_type() and before.text != "return")

    def operators(self, i):
        token = self.tokens[i]
        if token.kind == "number":
            for other in numbers_near(token):
                self.note(i, i, other)
        elif token.kind == "char":
            if len(token.text) == 3:
                code = ord(token.text[1])
                other = chr(code + 1 if code < ord("~") else code - 1)
                self.note(i, i, "'%s'" % other.replace("\\", "\\\\").replace("'", "\\'"))
        elif token.kind == "word" and token.text in ("true", "false"):
            self.note(i, i, "false" if token.text == "true" else "true")
        elif token.kind == "mark":
            known = COMPARISONS.get(token.text) or LOGIC.get(token.text) or \
                ASSIGNMENTS.get(token.text) or \
                (ARITHMETIC.get(token.text) if self.is_binary(i) else None) or []
            for other in known:
                self.note(i, i, other)
            if token.text in ("!", "~"):
                self.note(i, i, "")

    def is_simple(self, first, last):
        """Whether another rule negates this condition as well."""
        marks = [token.text for token in self.tokens[first:last + 1] if token.kind == "mark"]
        if "&&" in marks or "||" in marks:
            return False
        return any(mark in COMPARISONS for mark in marks) or marks[:1] == ["!"] or \
            (first == last and self.tokens[first].text in ("true", "false"))

    def source(self, first, last, text):
        return text[self.tokens[first].begin:self.tokens[last].end]

    def condition(self, first, last, text, constants):
        if not self.is_simple(first, last):
            self.note(first, last, "!(%s)" % self.source(first, last, text))
        for constant in constants:
            self.note(first, last, constant)

    def statement(self, i, text):
        """A statement begins here."""
        token = self.tokens[i]
        if token.text in ("if", "while"):
            last = closing(self.tokens, i + 1)
            self.condition(i + 2, last - 1, text,
                           ["true", "false"] if token.text == "if" else ["false"])
        elif token.text == "for":
            last = closing(self.tokens, i + 1)
            marks = [j for j in range(i + 2, last) if self.tokens[j].text == ";"]
            if len(marks) == 2 and marks[1] > marks[0] + 1:
                self.condition(marks[0] + 1, marks[1] - 1, text, ["false"])
        elif token.text == "return":
            self.returned(i, text)
        elif token.text not in CONTROL and token.kind == "word" and not token.is_type():
            last = next(j for j in range(i, len(self.tokens)) if self.tokens[j].text == ";")
            self.note(i, last, ";")

    def returned(self, i, text):
        last = next(j for j in range(i, len(self.tokens)) if self.tokens[j].text == ";") - 1
        if last == i or (last == i + 1 and (self.tokens[last].kind == "number" or
                                            self.tokens[last].text in ("true", "false", "NULL"))):
            return
        if self.returns == "bool":
            self.condition(i + 1, last, text, ["true", "false"])
        elif self.returns == "pointer":
            self.note(i + 1, last, "0")
        else:
            self.note(i + 1, last, "0")
            self.note(i + 1, last, "(%s) + 1" % self.source(i + 1, last, text))

    def choice(self, i, first, text):
        """The condition before a question mark."""
        depth, begin = 0, i
        while begin > first:
            before = self.tokens[begin - 1].text
            depth += (before in (")", "]", "}")) - (before in ("(", "[", "{"))
            if depth < 0 or (depth == 0 and before in
                             ("=", "return", ",", ";", "?", ":", "{", "}", "|=", "&=", "+=")):
                break
            begin -= 1
        if begin < i:
            self.condition(begin, i - 1, text, ["true", "false"])

    def walk(self, first, last, text):
        begins, parens = False, 0
        for i in range(first, last):
            token = self.tokens[i]
            if begins and token.text not in ("{", "}", ";"):
                self.statement(i, text)
            parens += (token.text in ("(", "[")) - (token.text in (")", "]"))
            begins = parens == 0 and (token.text in ("{", "}", ";") or
                                      (token.text == ":" and self.is_label(i, first)))
            self.operators(i)
            if token.text == "?":
                self.choice(i, first, text)

    def is_label(self, i, first):
        """A colon of `case X:` or `default:`, not of a choice."""
        for j in range(i - 1, first - 1, -1):
            if self.tokens[j].text in ("case", "default"):
                return True
            if self.tokens[j].text in (";", "{", "}", "?"):
                return False
        return False


def skip_assertions(tokens):
    """Without _Static_assert(...): a changed one cannot be built."""
    kept, i = [], 0
    while i < len(tokens):
        if tokens[i].text == "_Static_assert":
            i = closing(tokens, i + 1) + 2
        else:
            kept.append(tokens[i])
            i += 1
    return kept


def mutants_of(path, text):
    """All mutants of a file, in text order."""
    tokens = skip_assertions(tokens_of(text))
    changes = []
    outside = [True] * len(tokens)
    for name, returns, first, last in functions_of(tokens):
        finder = Finder(tokens, returns)
        finder.walk(first, last, text)
        changes += [(change, name) for change in finder.changes]
        outside[first:last + 1] = [False] * (last + 1 - first)
    # Outside functions: the numbers in tables and enumerations.
    finder = Finder(tokens, "void")
    given = False
    for i, token in enumerate(tokens):
        if outside[i]:
            given = (given or token.text == "=") and token.text != ";"
            if given and token.kind in ("number", "char"):
                finder.operators(i)
    changes += [(change, "-") for change in finder.changes]
    found, seen = [], {}
    for (begin, end, replacement), name in sorted(set(changes)):
        mutant = Mutant(path, text, name, (begin, end), replacement)
        seen[mutant.key] = seen.get(mutant.key, 0) + 1
        mutant.ordinal = seen[mutant.key]
        found.append(mutant)
    return found
