"""Weights of the public masked autoencoders and vision transformers, from a local file."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from graphforensics.errors import CheckpointError
from graphforensics.models.masked_autoencoder.masked_autoencoder import MaskedAutoencoder
from graphforensics.nn.encoder.weights import load_weights, read_checkpoint, tensors_by_name

#: What a file may hold beside an autoencoder: the head of a classifier.
_SPARE = ("head.", "head_drop.")

#: The normalisation of pooled patches.
_POOLED = "fc_norm."


def load_public_weights(autoencoder: MaskedAutoencoder, path: str | Path) -> bool:
    """Fill an autoencoder from a file with the names of timm or of facebookresearch/mae.

    Such a file has ``patch_embed.proj``, ``cls_token``, ``pos_embed``, ``blocks.N`` and ``norm``;
    where it has ``decoder_embed``, ``mask_token``, ``decoder_blocks.N`` and so on as well, the
    decoder is filled too. Learned positions take the place of the fixed ones. A classifier that
    reads the mean of the patches has ``fc_norm`` in place of ``norm``, and normalises that mean:
    its weights take the place of ``norm``'s, which stands at the same depth but normalises every
    token. Beside a ``norm`` they are left out. Nothing is fetched, and no code of the file is run.

    Args:
        autoencoder: What to fill, in place.
        path: A ``.safetensors`` file, or one of ``torch.save``; the tensors may lie under
            ``"model"`` or ``"state_dict"``.

    Returns:
        Whether there was a decoder in the file.

    Raises:
        CheckpointError: The file cannot be read, or its tensors are of another size.

    Example:
        >>> load_public_weights(MaskedAutoencoder(), "mae_pretrain_vit_base.pth")  # doctest: +SKIP
        False
    """
    encoder, decoder = {}, {}
    for name, value in _tensors(path).items():
        if name.startswith(_SPARE):
            continue
        if name.startswith("decoder_") or name == "mask_token":
            decoder[name.removeprefix("decoder_")] = value
        else:
            encoder[name] = value
    load_weights(autoencoder.encoder, _with_norm(encoder), path)
    if decoder:
        load_weights(autoencoder.decoder, decoder, f"{path}, decoder")
    return bool(decoder)


def _with_norm(encoder: dict[str, Tensor]) -> dict[str, Tensor]:
    """Call ``fc_norm`` by the name of the ``norm`` that a file with it lacks."""
    own = {name: value for name, value in encoder.items() if not name.startswith(_POOLED)}
    if any(name.startswith("norm.") for name in own):
        return own
    pooled = {name: value for name, value in encoder.items() if name.startswith(_POOLED)}
    return {**own, **{name.removeprefix("fc_"): value for name, value in pooled.items()}}


def _tensors(path: str | Path) -> dict[str, Tensor]:
    content: object = read_checkpoint(path)
    for key in ("model", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    state = tensors_by_name(content, path)
    if not state:
        raise CheckpointError(f"{path}: holds no tensors")
    return {name.removeprefix("module."): value for name, value in state.items()}
