"""Reading a query's text: its words with their places, its grammar, and what is wrong with it in words."""

import threading
from dataclasses import dataclass

import ply.yacc
from djangoql.ast import Expression, Logical
from djangoql.exceptions import DjangoQLLexerError
from djangoql.lexer import DjangoQLLexer
from djangoql.parser import DjangoQLParser

MAX_LENGTH = 1000
MAX_TERMS = 30
MAX_NESTING = 10

_OPERATORS = {
    "EQUALS",
    "NOT_EQUALS",
    "GREATER",
    "GREATER_EQUAL",
    "LESS",
    "LESS_EQUAL",
    "CONTAINS",
    "NOT_CONTAINS",
    "STARTSWITH",
    "ENDSWITH",
    "IN",
}
VALUES = {"STRING_VALUE", "INT_VALUE", "FLOAT_VALUE", "TRUE", "FALSE", "NONE"}
# How people say it elsewhere, and how DjangoQL says it.
_AFTER_NAME = {"like": "~", "contains": "~", "is": "=", "eq": "=", "equals": "=", "has": "~"}
_AS_VALUE = {"true": "True", "false": "False", "none": "None", "null": "None"}


class QueryError(Exception):
    """A query that cannot be answered, with a message for the person who wrote it.

    Args:
        message: what is wrong, in plain words.
        line, column: where, both counted from 1; None when it is about the whole query.
        length: how many characters are wrong.
        suggestion: what to write there instead, or empty.
    """

    def __init__(self, message, line=None, column=None, length=0, suggestion=""):
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.length = length
        self.suggestion = suggestion


@dataclass(frozen=True)
class Token:
    """A word of a query. `start` and `end` count characters from 0; quotes are inside."""

    type: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Marked:
    """A query in three parts for display: `bad` is the part that an error is about."""

    before: str
    bad: str
    after: str


@dataclass(frozen=True)
class Explanation:
    """What a page shows of an error: see `console/_query_error.html`."""

    message: str
    marked: Marked
    suggestion: str
    corrected: str


def clean(text: str) -> str:
    """Return the text with one kind of line end, as all positions count it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def error_at(text: str, start: int, end: int, message: str, suggestion: str = "") -> QueryError:
    """Return a QueryError about the characters from `start` to `end` of `text`."""
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    return QueryError(message, line, column, max(end - start, 1), suggestion)


def mark(text: str, error: QueryError) -> Marked:
    """Split a query around what `error` is about. At the end of the text, `bad` is empty."""
    text = clean(text)[: MAX_LENGTH + 100]
    if error.line is None or error.column is None:
        return Marked(text, "", "")
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: error.line - 1]) + error.column - 1
    return Marked(text[:start], text[start : start + error.length], text[start + error.length :])


def corrected(text: str, error: QueryError) -> str:
    """Return the query with the error's suggestion in place, or empty when there is none."""
    if not error.suggestion or error.line is None:
        return ""
    parts = mark(text, error)
    return parts.before + error.suggestion + parts.after


def explain(text: str, error: QueryError) -> Explanation:
    """Return what a page shows of an error in the query `text`."""
    return Explanation(error.message, mark(text, error), error.suggestion.strip(), corrected(text, error))


def read_tokens(text: str) -> list[Token]:
    """Cut the text into words and check its size. Raises QueryError."""
    if len(text) > MAX_LENGTH:
        message = f"The query has {len(text):,} characters; {MAX_LENGTH:,} are possible."
        raise error_at(text, MAX_LENGTH, len(text), message)
    lexer = DjangoQLLexer().input(text)
    try:
        tokens = [Token(found.type, str(found.value), found.lexpos, lexer._lexer.lexpos) for found in lexer]
    except DjangoQLLexerError as error:
        raise _unreadable(text, len(text) - len(error.value)) from error
    _check_size(text, tokens)
    return tokens


def _unreadable(text, start):
    character = text[start]
    if character in "\"'":
        end = start + len(text[start:].split("\n")[0])
        return error_at(text, start, end, "This text has no closing quotation mark.", text[start:end] + character)
    suggestion = {"&": "and", "|": "or", "“": '"', "”": '"'}.get(character, "")
    return error_at(text, start, start + 1, f"{character} means nothing in a query.", suggestion)


def _check_size(text, tokens):
    depth = terms = 0
    for token in tokens:
        depth += {"PAREN_L": 1, "PAREN_R": -1}.get(token.type, 0)
        terms += token.type == "NAME"
        if depth > MAX_NESTING:
            raise error_at(text, token.start, token.end, f"Brackets can be nested {MAX_NESTING} deep and no deeper.")
        if terms > MAX_TERMS:
            raise error_at(text, token.start, token.end, f"A query can have {MAX_TERMS} conditions and no more.")


class _SyntaxError(Exception):
    """Raised inside the parser; carries the word that cannot stand where it does (None: the end)."""

    def __init__(self, position):
        super().__init__()
        self.position = position


class _Parser(DjangoQLParser):
    """DjangoQL's grammar in which `and` binds stronger than `or`, as everywhere else.

    DjangoQL itself reads `a and b or c` as `a and (b or c)`.
    """

    precedence = (("left", "OR"), ("left", "AND"))

    def __init__(self):
        self.default_lexer = DjangoQLLexer()
        self.tokens = self.default_lexer.tokens
        # The rule `logical` of the parent class is without use here: that is no warning for a log.
        self.yacc = ply.yacc.yacc(module=self, debug=False, write_tables=False, errorlog=ply.yacc.NullLogger())

    def p_expression_logical(self, p):
        """
        expression : expression AND expression
                   | expression OR expression
        """
        p[0] = Expression(left=p[1], operator=Logical(operator=p[2]), right=p[3])

    def p_error(self, token):
        raise _SyntaxError(None if token is None else token.lexpos)


_parsers = threading.local()


def parse(text: str, tokens: list[Token]) -> Expression:
    """Return the syntax tree. Raises QueryError that names the word which does not fit."""
    # A parser keeps its stacks on itself, so that each thread needs its own.
    if not hasattr(_parsers, "own"):
        _parsers.own = _Parser()
    try:
        return _parsers.own.parse(text)
    except _SyntaxError as error:
        raise _misplaced(text, tokens, error.position) from None


def _misplaced(text, tokens, position):
    index = next((number for number, token in enumerate(tokens) if token.start == position), len(tokens))
    before = tokens[index - 1] if index else None
    if index == len(tokens):
        return error_at(text, len(text), len(text), _what_is_missing(before, tokens))
    token = tokens[index]
    message, suggestion = _explain(before, token)
    return error_at(text, token.start, token.end, message, suggestion)


def _what_is_missing(before, tokens):
    opened = sum({"PAREN_L": 1, "PAREN_R": -1}.get(token.type, 0) for token in tokens)
    if before is None:
        return "The query is empty."
    if before.type in _OPERATORS:
        return f"A value is missing after {before.value}."
    if before.type == "NAME":
        return f"A comparison is missing after {before.value}, such as = or ~ and a value."
    if before.type in {"AND", "OR"}:
        return f"A condition is missing after {before.value}."
    return "A closing bracket is missing." if opened > 0 else "The query stops too early."


def _explain(before, token):
    """Return the message and the suggestion for a word that cannot follow the one before it."""
    word = token.value.lower()
    before_type = before.type if before else ""
    if before_type in _OPERATORS:
        return _explain_value(before, token, word)
    if before_type == "NAME":
        known = _AFTER_NAME.get(word, "")
        return f"After the field {before.value} comes a comparison, such as = or ~.", known
    if before_type in VALUES or before_type == "PAREN_R":
        return _explain_joint(token, word)
    if token.type == "NOT":
        return "“not” stands before in, startswith or endswith only. Otherwise use != or !~.", ""
    if token.type in VALUES:
        return "A condition begins with the name of a field.", ""
    return f"{token.value} cannot stand here.", ""


def _explain_joint(token, word):
    if token.type == "PAREN_R":
        return "This bracket was never opened.", ""
    known = word if word in {"and", "or"} else ""
    return "Two conditions are joined by “and” or “or”, in small letters.", known


def _explain_value(before, token, word):
    if word in _AS_VALUE:
        return f"{_AS_VALUE[word]} is written with a capital letter and goes with = and != only.", _AS_VALUE[word]
    if token.type == "EQUALS":
        return "One = is enough.", " "
    if before.type == "IN" and token.type in VALUES:
        literal = f'"{token.value}"' if token.type == "STRING_VALUE" else token.value
        return "“in” needs a list in brackets.", f"({literal})"
    if token.type == "NAME":
        return "Text stands in quotation marks.", f'"{token.value}"'
    if token.type in {"INT_VALUE", "FLOAT_VALUE"}:
        return f"{before.value} needs text in quotation marks.", f'"{token.value}"'
    return f"{before.value} cannot be followed by {token.value}.", ""


def leaves(tree: Expression) -> list[Expression]:
    """Return the single comparisons of a tree, in the order of the text."""
    if isinstance(tree.operator, Logical):
        return leaves(tree.left) + leaves(tree.right)
    return [tree]


def terms(tokens: list[Token]) -> list[tuple[Token, list[Token]]]:
    """Return for each comparison, in the order of the text, its field's word and its values' words."""
    found = []
    for token in tokens:
        if token.type == "NAME":
            found.append((token, []))
        elif token.type in VALUES:
            found[-1][1].append(token)
    return found
