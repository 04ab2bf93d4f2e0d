"""Weights of the public masked autoencoders and vision transformers, from a local file."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from graphforensics.errors import CheckpointError
from graphforensics.models.masked_autoencoder.masked_autoencoder import MaskedAutoencoder
from graphforensics.nn.encoder.weights import load_weights, read_checkpoint, tensors_by_name

#: What a file may hold beside an autoencoder: the head of a classifier.
_SPARE = ("head.", "fc_norm.", "head_drop.")


def load_public_weights(autoencoder: MaskedAutoencoder, path: str | Path) -> bool:
    """Fill an autoencoder from a file with the names of timm or of facebookresearch/mae.

    Such a file has ``patch_embed.proj``, ``cls_token``, ``pos_embed``, ``blocks.N`` and ``norm``;
    where it has ``decoder_embed``, ``mask_token``, ``decoder_blocks.N`` and so on as well, the
    decoder is filled too. Learned positions take the place of the fixed ones. Nothing is fetched,
    and no code of the file is run.

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
    load_weights(autoencoder.encoder, encoder, path)
    if decoder:
        load_weights(autoencoder.decoder, decoder, f"{path}, decoder")
    return bool(decoder)


def _tensors(path: str | Path) -> dict[str, Tensor]:
    content: object = read_checkpoint(path)
    for key in ("model", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    state = tensors_by_name(content, path)
    if not state:
        raise CheckpointError(f"{path}: holds no tensors")
    return {name.removeprefix("module."): value for name, value in state.items()}
