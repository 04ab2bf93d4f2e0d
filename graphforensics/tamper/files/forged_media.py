"""Writing a forgery beside its real copy, in every quality that is asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphforensics.errors import NoFaceError
from graphforensics.tamper.families import find_family
from graphforensics.tamper.family import ClipToForge, FrameForger
from graphforensics.tamper.files.forge_record import ForgeRecord
from graphforensics.tamper.files.forge_task import ForgeTask
from graphforensics.tamper.files.placement import record_path
from graphforensics.tamper.moving_portrait.moving_portrait import MovingPortrait
from graphforensics.tamper.partner import Partner
from graphforensics.tamper.sources.footage import Footage, Images, Recording, open_encoder
from graphforensics.tamper.sources.prepared_source import FACES, PreparedSource, prepare_source

#: Folder of the set that holds unfinished files while a run lasts.
PARTIAL = ".partial"
#: Folder of the set that keeps the autoencoders of pairs, finished or not.
NETWORKS = "networks"
#: Frames of a photograph that is set in motion, two seconds, where nothing else is asked for.
_PORTRAIT_FRAMES = 50

if TYPE_CHECKING:
    from graphforensics.tamper.files.forge_job import ForgeJob


def write_forgery(
    job: ForgeJob, task: ForgeTask, wanted: Sequence[ForgeRecord], footage: Recording
) -> list[ForgeRecord]:
    """Forge a source by one method and put the files into the set.

    All is written under temporary names, then renamed; the record comes last and makes it count.

    Args:
        job: The source.
        task: The method, and the partner.
        wanted: A record a quality, with the places of the files.
        footage: The source's frames.

    Returns:
        The records as written.

    Raises:
        NoFaceError: There is no face to forge.
        UnreadableMediaError: No frame can be decoded.
    """
    found = prepare_source(footage, job.workshop, job.renditions, job.options)
    _check_faces(found)
    family = find_family(task.record.method)
    shown: Footage = footage
    prepared = found
    if family.animates:
        shown, prepared = _animated(job, wanted[0], footage, found)
    clip = _clip_of(job, task, wanted[0], shown, prepared)
    forger = family.start(clip)
    folder = job.workshop / "forged"
    shutil.rmtree(folder, ignore_errors=True)
    for one in wanted:
        for name in (one.file, one.mask):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
    forged = _write(folder, wanted, shown, prepared, forger)
    if not forged:
        raise NoFaceError(f"no face that can be forged in {_frames(prepared.frames)}")
    facts: dict[str, Any] = {
        "truncated": footage.truncated,
        "frames": prepared.frames,
        "forged_frames": forged,
        "recipes": {str(person): what for person, what in sorted(forger.described().items())},
    }
    records = [replace(one, **facts) for one in wanted]
    for record, rendition in zip(records, job.renditions, strict=True):
        _publish(Path(job.out), folder, record, prepared.copy(rendition))
    for record in records:
        record.write(record_path(job.out, record))
    return records


def _animated(
    job: ForgeJob, wanted: ForgeRecord, footage: Recording, found: PreparedSource
) -> tuple[MovingPortrait, PreparedSource]:
    """Set a photograph in motion, and write the real copy of that."""
    if not footage.is_still:
        raise NoFaceError(f"{wanted.method} takes photographs, and this is a clip")
    [landmarks] = found.main_track().values()
    image = next(footage.frames()).image
    count = _PORTRAIT_FRAMES if job.max_frames is None else job.max_frames
    portrait = MovingPortrait(image, landmarks, _entropy(wanted), count, name=footage.name)
    folder = job.workshop / "moving"
    faces = portrait.faces()
    return portrait, prepare_source(portrait, folder, job.renditions, job.options, faces)


def _entropy(wanted: ForgeRecord) -> tuple[int, int]:
    return wanted.seed, int(wanted.source_sha256[:16], 16)


def _check_faces(prepared: PreparedSource) -> None:
    if not any(prepared.faces.values()):
        raise NoFaceError(f"no face found in {_frames(prepared.frames)}")


def _frames(count: int) -> str:
    return f"{count} frame{'s' if count != 1 else ''}"


def _clip_of(
    job: ForgeJob, task: ForgeTask, wanted: ForgeRecord, footage: Footage, prepared: PreparedSource
) -> ClipToForge:
    return ClipToForge(
        entropy=_entropy(wanted),
        faces=prepared.faces,
        frames=prepared.frames,
        images=Images(footage, prepared.frames),
        rate=footage.rate,
        is_still=footage.is_still,
        partner=_partner(job, task),
        strength=wanted.settings.get("strength", "mild"),
        autoencoder=job.autoencoder,
        training=job.training,
        networks=Path(job.out, NETWORKS),
        portrait=footage if isinstance(footage, MovingPortrait) else None,
    )


def _partner(job: ForgeJob, task: ForgeTask) -> Partner | None:
    if task.partner is None:
        return None
    footage = Recording(task.partner.path, job.max_frames)
    shared = Path(job.out, PARTIAL, task.partner.name)
    # A partner kept from an earlier run was not looked at in this one. It is prepared in a folder
    # of this job's own, for others may prepare it at the same time.
    is_there = (shared / FACES).is_file()
    folder = shared if is_there else job.workshop / f"of-{task.partner.name}"
    prepared = prepare_source(footage, folder, job.renditions[:1], job.options)
    track = prepared.main_track()
    return Partner.from_clip(
        Images(footage, prepared.frames),
        [track.get(number) for number in range(prepared.frames)],
        task.record.partner_identity,
        footage.rate,
        task.partner.source,
    )


def _write(
    folder: Path,
    wanted: Sequence[ForgeRecord],
    footage: Footage,
    prepared: PreparedSource,
    forger: FrameForger,
) -> int:
    """Encode forged frames in every quality, and the mask once; count the frames with a forgery."""
    count = 0
    with ExitStack() as stack:
        fakes = [
            stack.enter_context(open_encoder(folder / one.file, footage, one.crf, one.quality))
            for one in wanted
        ]
        masks = stack.enter_context(open_encoder(folder / wanted[0].mask, footage, None))
        for number, frame in enumerate(islice(footage.frames(), prepared.frames)):
            image, mask = forger.forge(frame.image, number, prepared.faces.get(number, ()))
            for fake in fakes:
                fake.write(image, frame.time)
            masks.write(mask, frame.time)
            count += bool(mask.any())
    return count


def _publish(out: Path, folder: Path, record: ForgeRecord, copy: Path) -> None:
    """Rename what was written to where it belongs; another method may need the real copy, too."""
    for name in (record.file, record.real, record.mask):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
    record_path(out, record).unlink(missing_ok=True)
    twin = folder / f"twin{copy.suffix}"
    shutil.copyfile(copy, twin)
    os.replace(twin, out / record.real)
    os.replace(folder / record.file, out / record.file)
    # All qualities have one mask.
    if (folder / record.mask).is_file():
        os.replace(folder / record.mask, out / record.mask)
