"""What is made of which source, and with whom."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from graphforensics.errors import MissingDataError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import source_key, source_name
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.tamper.families import FAMILIES
from graphforensics.tamper.files.forge_job import ForgeJob, SourceLook
from graphforensics.tamper.files.forge_record import ForgeRecord
from graphforensics.tamper.files.forge_sources import ForgeSources
from graphforensics.tamper.files.forge_task import ForgeTask, PartnerSource
from graphforensics.tamper.files.method_shares import allocate
from graphforensics.tamper.files.placement import kept_partner, placed
from graphforensics.tamper.partner import choose_partner
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings
from graphforensics.tamper.sources.codec import Rendition


@dataclass(frozen=True)
class ForgePlan:
    """What a run is asked for.

    Args:
        shares: Method -> share of the sources.
        seed: Of all draws.
        renditions: Qualities, the best first.
        max_frames: Frames to take at most of each clip.
        options: How faces are found.
        settings: What else methods may depend on, by name.
        autoencoder: Reconstructs faces; ``None`` where none was given.
        training: How autoencoders of pairs are trained.
    """

    shares: Mapping[str, float]
    seed: int
    renditions: tuple[Rendition, ...]
    max_frames: int | None = None
    options: ExtractionOptions = field(default_factory=ExtractionOptions)
    settings: Mapping[str, Any] = field(default_factory=dict)
    autoencoder: Callable[[Tensor], Tensor] | None = None
    training: AutoencoderSettings = field(default_factory=AutoencoderSettings)

    def jobs(self, sources: ForgeSources, out: Path, table: MetadataTable | None) -> list[ForgeJob]:
        """Return a job a source that some method is for; partners are not chosen yet."""
        base = table.folder if table else None
        named = {source_name(file, base): (file, row) for file, row in sources.files.items()}
        methods = allocate(self.shares, list(named), self.seed)
        jobs = []
        for source, (file, row) in named.items():
            name = source_key(source)
            tasks = tuple(
                ForgeTask(self._record(one, source, name, row)) for one in methods[source]
            )
            # Absolute, because workers may have another working folder.
            places = os.path.abspath(file), str(file), os.path.abspath(out), name
            how = self.renditions, self.options, self.max_frames, self.autoencoder
            who = row.get("identity") or name
            jobs.append(ForgeJob(*places, tasks, *how, source, who, training=self.training))
        return jobs

    def _record(self, method: str, source: str, name: str, row: Mapping[str, str]) -> ForgeRecord:
        family = FAMILIES[method]
        return ForgeRecord(
            source=source,
            source_sha256="",
            name=name,
            file="",
            real="",
            mask="",
            method=method,
            seed=self.seed,
            crf=self.renditions[0].crf,
            max_frames=self.max_frames,
            extraction=self.options.to_dict(),
            settings={
                key: self.settings[key] for key in sorted(family.options & set(self.settings))
            },
            metadata=row,
            purpose=family.purpose,
        )


def keep_partners(jobs: Sequence[ForgeJob]) -> list[ForgeJob]:
    """Give tasks the partners that they were finished with earlier, if those are sources still."""
    known = {job.source: job for job in jobs}
    return [
        replace(job, tasks=tuple(_kept(task, job, known) for task in job.tasks)) for job in jobs
    ]


def _kept(task: ForgeTask, job: ForgeJob, known: Mapping[str, ForgeJob]) -> ForgeTask:
    if FAMILIES[task.record.method].partner is None:
        return task
    for moves in (True, False):
        wanted = [placed(task.record, moves, one) for one in job.renditions]
        other = known.get(kept_partner(job.out, wanted) or "")
        if other is not None:
            return _paired(task, other)
    return task


def lacks_partner(task: ForgeTask) -> bool:
    """Say whether a partner is to be chosen."""
    return FAMILIES[task.record.method].partner is not None and task.partner is None


def choose_partners(
    jobs: Sequence[ForgeJob], looks: Mapping[str, SourceLook], seed: int
) -> list[ForgeJob]:
    """Choose a partner for every task that lacks one.

    Args:
        jobs: Of all sources with a face.
        looks: Source -> pose and skin tone.
        seed: Of the run.
    """
    known = {job.source: job for job in jobs}

    def chosen(task: ForgeTask, source: str) -> ForgeTask:
        if not lacks_partner(task):
            return task
        try:
            other = _choose(source, task.record.method, looks, seed)
        except MissingDataError as error:
            return replace(task, failure=str(error))
        return _paired(task, known[other])

    return [
        replace(job, tasks=tuple(chosen(task, job.source) for task in job.tasks)) for job in jobs
    ]


def _choose(source: str, method: str, looks: Mapping[str, SourceLook], seed: int) -> str:
    """Choose the partner of one source; which it is does not depend on the order of the others."""
    own = looks[source].traits
    kind = FAMILIES[method].partner
    names = sorted(
        name
        for name, look in looks.items()
        if not set(own.identity.split(";")) & set(look.traits.identity.split(";"))
        and (look.moves or kind == "face")
    )
    digest = hashlib.blake2b(f"{seed}/{method}/{source}".encode(), digest_size=8).digest()
    rng = np.random.default_rng(int.from_bytes(digest, "little"))
    if not names:
        what = "a source" if kind == "face" else "a clip"
        raise MissingDataError(f"needs {what} of another person, and there is none in the run")
    if kind == "motion":
        return names[int(rng.integers(len(names)))]
    return names[choose_partner(own, [looks[name].lent for name in names], rng)]


def _paired(task: ForgeTask, other: ForgeJob) -> ForgeTask:
    record = replace(task.record, partner=other.source, partner_identity=other.identity)
    return replace(task, record=record, partner=PartnerSource(other.path, other.source, other.name))
