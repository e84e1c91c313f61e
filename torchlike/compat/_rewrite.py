"""Compiles source in which ``async`` and ``await`` are ordinary names.

Both became keywords in Python 3.7, so a file that says ``x.cuda(async=True)`` does not
even compile today. Each such name is first replaced by a placeholder of the same
length, which leaves every line and column where it was; the text is parsed; and the
names are put back in the syntax tree, where nothing forbids them. The code that comes
out passes and reads ``async`` exactly as the file says, and tracebacks point into the
original file.

Source that today's Python accepts is never changed.
"""

import ast
import importlib.util
import io
import itertools
import keyword
import tokenize
import warnings

_WORDS = ("async", "await")

# Tokens that carry no meaning between two others.
_SKIPPED = {tokenize.NL, tokenize.COMMENT}

# Keywords and operators that can stand at the beginning of an expression.
_OPERAND_KEYWORDS = {"await", "lambda", "not", "None", "True", "False"}
_OPENERS = {"(", "[", "{", "-", "+", "~", "..."}


def compile_old(source, filename):
    """Compile source that may use ``async`` and ``await`` as names.

    Parameters
    ----------
    source : str
    filename : str, the name that tracebacks show

    Returns
    -------
    code

    Raises
    ------
    SyntaxError
        if the source is wrong for another reason
    """
    names = _names_in_the_way(source, filename)
    if not names:
        return compile(source, filename, "exec", dont_inherit=True)
    placeholders = _placeholders(source)
    try:
        tree = ast.parse(_replace(source, names, placeholders), filename)
    except SyntaxError as error:
        error.text = _restore(error.text, placeholders)
        raise
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            setattr(node, field, _restore(value, placeholders))
    return compile(tree, filename, "exec", dont_inherit=True)


def compile_file(path):
    """Compile the Python program in the file `path` with `compile_old`.

    Raises
    ------
    OSError
        if the file cannot be read
    SyntaxError
        if it is no Python program
    """
    with open(path, "rb") as file:
        return compile_old(importlib.util.decode_source(file.read()), path)


def is_old_file(path):
    """Tell whether today's Python rejects the file `path` and names in it may be why.

    False for whatever is no text file of Python: who loads it will report that.
    """
    try:
        with open(path, "rb") as file:
            source = file.read()
        # Looked for before decoding, for speed: nearly all files end here.
        if not any(word.encode() in source for word in _WORDS):
            return False
        return bool(_names_in_the_way(importlib.util.decode_source(source), path))
    except (OSError, SyntaxError, ValueError):
        return False


def _names_in_the_way(source, filename):
    """List the tokens async and await that are names, if Python rejects `source`."""
    if not any(word in source for word in _WORDS) or _compiles(source, filename):
        return []
    try:
        tokens = [
            token
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type not in _SKIPPED
        ]
    except (tokenize.TokenError, SyntaxError):
        return []
    # Every file ends with an end marker, so each word has a token after it.
    triples = list(zip([None, *tokens], tokens, tokens[1:]))
    has_coroutines = any(
        (token.string, after.string) == ("async", "def") for _, token, after in triples
    )
    return [
        token
        for before, token, after in triples
        if token.type == tokenize.NAME
        and token.string in _WORDS
        and not _is_keyword(before, token, after, has_coroutines)
    ]


def _compiles(source, filename):
    """Tell whether today's Python accepts `source`."""
    with warnings.catch_warnings():
        # They are reported when the code is compiled for use.
        warnings.simplefilter("ignore")
        try:
            compile(source, filename, "exec", dont_inherit=True)
        except SyntaxError:
            return False
    return True


def _is_keyword(before, token, after, has_coroutines):
    """Decide from its neighbours whether `token` is today's keyword."""
    if before is not None and before.string in (".", "def", "class", "import", "as"):
        return False
    if token.string == "async":
        at_opening = before is not None and before.string in ("(", "[", "{")
        return after.string in ("def", "for", "with") and not at_opening
    # `await x` waits; `await = 1`, `await.y` and `f(await)` use a name. `await(x)` can
    # be either: before 3.7 it was a call everywhere but in coroutines.
    return has_coroutines and _starts_operand(after)


def _starts_operand(token):
    """Tell whether an expression can begin with `token`."""
    if token.type == tokenize.NAME:
        return not keyword.iskeyword(token.string) or token.string in _OPERAND_KEYWORDS
    return token.type in (tokenize.NUMBER, tokenize.STRING) or token.string in _OPENERS


def _placeholders(source):
    """Choose for each word a name of the same length that `source` does not contain."""
    unused = (
        name for name in map("_{:04x}".format, itertools.count()) if name not in source
    )
    return dict(zip(_WORDS, unused))


def _replace(source, names, placeholders):
    """Put the placeholders in the place of `names`."""
    lines = io.StringIO(source).readlines()
    for token in names:
        row, column = token.start[0] - 1, token.start[1]
        line = lines[row]
        lines[row] = (
            line[:column]
            + placeholders[token.string]
            + line[column + len(token.string) :]
        )
    return "".join(lines)


def _restore(value, placeholders):
    """Put the words back into a string or a list; return other values as they are."""
    if isinstance(value, str):
        for word, placeholder in placeholders.items():
            value = value.replace(placeholder, word)
    elif isinstance(value, list):
        return [_restore(item, placeholders) for item in value]
    return value
