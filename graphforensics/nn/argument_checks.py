"""Checks of what a layer is given; each names the shape or number that it met."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor

#: A shape in words: a number must be met exactly, a letter stands for any size.
Wanted = tuple[str | int, ...]


def wrong_argument(argument: str, complaint: str) -> ValueError:
    """Return the error of a wrong argument, which knows the argument's name.

    Whoever hands the argument on under another name can so name its own (:func:`called_here`).

    Args:
        argument: Its name.
        complaint: What is wrong, to be read after the name.

    Example:
        >>> raise wrong_argument("rate", "must be positive (got -1)")
        Traceback (most recent call last):
        ValueError: 'rate' must be positive (got -1)
    """
    error = ValueError(f"'{argument}' {complaint}")
    vars(error).update(argument=argument, complaint=complaint)
    return error


def check_positive(**numbers: int) -> None:
    """Raise ValueError unless every number is at least 1.

    Example:
        >>> check_positive(channels=8, heads=0)
        Traceback (most recent call last):
        ValueError: 'heads' must be positive (got 0)
    """
    for name, value in numbers.items():
        if value < 1:
            raise wrong_argument(name, f"must be positive (got {value})")


def check_share(name: str, value: float) -> None:
    """Raise ValueError unless the number is in [0, 1].

    Example:
        >>> check_share("rate", 1.5)
        Traceback (most recent call last):
        ValueError: 'rate' must be in [0, 1] (got 1.5)
    """
    if not 0 <= value <= 1:
        raise wrong_argument(name, f"must be in [0, 1] (got {value})")


def check_word(name: str, value: str, words: tuple[str, ...]) -> None:
    """Raise ValueError unless the word is one of those known.

    Example:
        >>> check_word("strategy", "medium", ("high", "low"))
        Traceback (most recent call last):
        ValueError: 'strategy' must be one of high, low (got 'medium')
    """
    if value not in words:
        raise wrong_argument(name, f"must be one of {', '.join(words)} (got {value!r})")


@contextmanager
def called_here(**names: str) -> Iterator[None]:
    """Let a complaint about a part's argument name the argument that the caller gave.

    Args:
        **names: The part's names of them -> the caller's.

    Example:
        >>> with called_here(rate="mask_rate"):
        ...     check_share("rate", 1.5)
        Traceback (most recent call last):
        ValueError: 'mask_rate' must be in [0, 1] (got 1.5)
    """
    try:
        yield
    except ValueError as error:
        known = vars(error)
        if known.get("argument") not in names:
            raise
        raise wrong_argument(names[known["argument"]], known["complaint"]) from error


def check_shape(name: str, tensor: Tensor, *wanted: Wanted) -> None:
    """Raise ValueError unless the tensor has one of the wanted shapes and is not empty in
    any axis that a letter stands for.

    Args:
        name: What the caller knows the tensor as.
        tensor: The tensor.
        *wanted: The shapes; a number must be met exactly, a letter stands for 1 or more.

    Example:
        >>> import torch
        >>> check_shape("x", torch.rand(3, 4), ("B", 8), ("B", 8, "H"))
        Traceback (most recent call last):
        ValueError: 'x' must be [B, 8] or [B, 8, H] (got [3, 4])
    """
    if not any(_fits(tensor, shape) for shape in wanted):
        words = " or ".join(f"[{', '.join(str(axis) for axis in shape)}]" for shape in wanted)
        raise wrong_argument(name, f"must be {words} (got {list(tensor.shape)})")


def check_floating(name: str, tensor: Tensor) -> None:
    """Raise ValueError unless the tensor holds floating point numbers."""
    if not tensor.is_floating_point():
        raise wrong_argument(name, f"must be floating point (got {tensor.dtype})")


def _fits(tensor: Tensor, shape: Wanted) -> bool:
    if tensor.dim() != len(shape):
        return False
    pairs = zip(tensor.shape, shape, strict=True)
    return all(met > 0 if isinstance(axis, str) else met == axis for met, axis in pairs)
