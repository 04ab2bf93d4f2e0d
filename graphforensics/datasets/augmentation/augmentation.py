"""Shared changes of the pixels, the mask and the landmarks of a sample."""

from __future__ import annotations

import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as transforms

from graphforensics.datasets.augmentation.augmentation_recipe import AugmentationRecipe
from graphforensics.datasets.perturbation.h264 import h264


def augment(
    frames: Tensor,
    recipe: AugmentationRecipe,
    mask: Tensor | None = None,
    landmarks: Tensor | None = None,
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Change the frames of a sample as ``recipe`` says, in the order in which a file is made.

    Scene, lens, sensor, codec: the window is enlarged, colours change, detail is lost, noise is
    added, and the frames are compressed. Masks and landmarks follow the window. All frames
    share all numbers but the noise. Operations are torchvision's; H.264 and, off the CPU, nothing
    else passes through the CPU.

    Args:
        frames: RGB of the sample's frames, on any device.
        recipe: What to do.
        mask: Share of each pixel that is forged.
        landmarks: In pixels of the frames.

    Shapes:
        ``frames`` ``uint8 [F, 3, H, W]``, ``mask`` floating ``[F, 1, H, W]``, ``landmarks``
        floating ``[F, 68, 2]``; the outputs have the shapes of the inputs.

    Raises:
        ValueError: ``frames`` have another shape or type.

    Example:
        >>> recipe = AugmentationRecipe(window=(0.25, 0.0, 0.5), brightness=0.5)
        >>> frames, _, points = augment(
        ...     torch.full((1, 3, 8, 8), 200, dtype=torch.uint8),
        ...     recipe,
        ...     landmarks=torch.full((1, 68, 2), 3.5),
        ... )
        >>> frames[0, 0, 0, 0].item(), points[0, 0].tolist()
        (100, [3.5, 7.5])
    """
    if frames.dim() != 4 or frames.size(1) != 3 or frames.dtype != torch.uint8:
        raise ValueError(
            f"'frames' must be uint8 [F, 3, H, W] (got {frames.dtype} {list(frames.shape)})"
        )
    frames, mask, landmarks = _zoomed(frames, recipe, mask, landmarks)
    frames = _compressed(_noisy(_blurred(_coloured(frames, recipe), recipe), recipe), recipe)
    return frames, mask, landmarks


def _zoomed(
    frames: Tensor, recipe: AugmentationRecipe, mask: Tensor | None, landmarks: Tensor | None
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    height, width = frames.shape[-2:]
    left, top, side = recipe.window
    x, y = round(left * width), round(top * height)
    across, down = max(1, round(side * width)), max(1, round(side * height))
    if (across, down) == (width, height):
        return frames, mask, landmarks
    place = {"top": y, "left": x, "height": down, "width": across, "size": [height, width]}
    frames = transforms.resized_crop(frames, **place, antialias=True)
    if mask is not None:
        mask = transforms.resized_crop(mask, **place, antialias=True).clamp(0, 1)
    if landmarks is not None:
        corner = landmarks.new_tensor([x, y])
        scale = landmarks.new_tensor([width / across, height / down])
        # Pixel centres lie at whole numbers.
        landmarks = (landmarks - corner + 0.5) * scale - 0.5
    return frames, mask, landmarks


def _coloured(frames: Tensor, recipe: AugmentationRecipe) -> Tensor:
    if recipe.rgb is not None:
        shift = torch.tensor(recipe.rgb, device=frames.device).round().view(3, 1, 1)
        frames = (frames.to(torch.int16) + shift.to(torch.int16)).clamp(0, 255).to(torch.uint8)
    if recipe.hue is not None:
        frames = transforms.adjust_hue(frames, recipe.hue)
    if recipe.saturation is not None:
        frames = transforms.adjust_saturation(frames, recipe.saturation)
    if recipe.brightness is not None:
        frames = transforms.adjust_brightness(frames, recipe.brightness)
    if recipe.contrast is not None:
        frames = transforms.adjust_contrast(frames, recipe.contrast)
    return frames


def _blurred(frames: Tensor, recipe: AugmentationRecipe) -> Tensor:
    height, width = frames.shape[-2:]
    if recipe.downscale is not None:
        small = [max(8, round(height * recipe.downscale)), max(8, round(width * recipe.downscale))]
        frames = transforms.resize(frames, small, antialias=True)
        frames = transforms.resize(frames, [height, width], antialias=True)
    if recipe.blur is not None:
        sigma = recipe.blur * width
        reach = max(1, round(3 * sigma))
        frames = transforms.gaussian_blur(frames, [2 * reach + 1, 2 * reach + 1], [sigma, sigma])
    return frames


def _noisy(frames: Tensor, recipe: AugmentationRecipe) -> Tensor:
    if recipe.noise is None:
        return frames
    # Drawn on the CPU, so that every device sees the same.
    noise = [
        torch.randn(
            frames.shape[1:], generator=torch.Generator().manual_seed(recipe.noise_seed + number)
        )
        for number in range(len(frames))
    ]
    added = frames.float() + recipe.noise * torch.stack(noise).to(frames.device)
    return added.round().clamp(0, 255).to(torch.uint8)


def _compressed(frames: Tensor, recipe: AugmentationRecipe) -> Tensor:
    if recipe.h264 is not None:
        pictures = [frame.permute(1, 2, 0).cpu().numpy() for frame in frames]
        coded = [torch.from_numpy(picture) for picture in h264(pictures, recipe.h264)]
        return torch.stack(coded).permute(0, 3, 1, 2).contiguous().to(frames.device)
    if recipe.jpeg is not None:
        # One by one: torchvision's takes one picture at a time.
        frames = torch.stack([transforms.jpeg(frame, recipe.jpeg) for frame in frames])
    return frames
