"""Writes vgg.json: features and image gradients of small VGG-19s (torchvision's layer numbers) with hash weights.

/usr/bin/python3 test/goldens/make/make_vgg.py            # about 5 s
"""

import json
import pathlib

import numpy as np
import torch

import hashing

BLOCKS = [[0, 2], [5, 7], [10, 12, 14, 16], [19, 21, 23, 25], [28]]
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

# name, widths of the blocks, image height and width. A control case and single deviations.
CASES = [
    ('control', [4, 6, 8, 8, 5], 32, 32),
    ('odd', [4, 6, 8, 8, 5], 35, 46),
    ('shallow', [8, 4], 16, 24),
]


def numbers(values, digits=9):
    return [float(f'{v:.{digits}g}') for v in values]


def summary(name, tensor):
    """[L2 norm, dot products with three hash vectors named after the tensor]: test/support/golden.ts."""
    flat = tensor.detach().double().numpy().ravel()
    probes = [hashing.hash_uniform(f'probe/{k}/{name}', flat.size).astype(np.float64) for k in range(3)]
    return [np.sqrt(flat @ flat)] + [flat @ p for p in probes]


def run(case, dtype):
    """Features by name, and the gradient of sum(features * hash) towards the image."""
    name, widths, height, width = case
    image = torch.tensor(
        hashing.hash_uniform(f'vgg/{name}', 3 * height * width).reshape(1, 3, height, width), dtype=dtype
    )
    image.requires_grad_()
    x = ((image + 1) / 2 - torch.tensor(MEAN, dtype=dtype).view(1, 3, 1, 1)) / torch.tensor(STD, dtype=dtype).view(
        1, 3, 1, 1
    )
    features, channels = {}, 3
    for b, out in enumerate(widths):
        if b:
            x = torch.nn.functional.max_pool2d(x, 2, 2)
        for i, n in enumerate(BLOCKS[b][:1] if b == len(widths) - 1 else BLOCKS[b]):
            # Variance 2 / fan_in keeps the signal's size through the ReLUs.
            weight = hashing.weight(f'features.{n}.weight', (out, channels, 3, 3), channels * 9 / 2)
            bias = hashing.around(f'features.{n}.bias', out, 0)
            x = torch.relu(
                torch.nn.functional.conv2d(
                    x, torch.tensor(weight, dtype=dtype), torch.tensor(bias, dtype=dtype), padding=1
                )
            )
            channels = out
            if i == 0:
                features[f'relu{b + 1}_1'] = x
    loss = sum(
        (y * torch.tensor(hashing.hash_uniform(f'loss/{k}', y.numel()).reshape(y.shape), dtype=dtype)).sum()
        for k, y in features.items()
    )
    loss.backward()
    return {**{k: y.detach() for k, y in features.items()}, 'image': image.grad}


def golden(case):
    name, widths, height, width = case
    exact, single = run(case, torch.float64), run(case, torch.float32)
    # The last number is what PyTorch's own float32 loses on the tensor, relative in L2.
    table = {
        k: {
            'shape': list(y.shape),
            'summary': numbers(summary(k, y)) + numbers([((single[k].double() - y).norm() / y.norm()).item()], 2),
        }
        for k, y in exact.items()
    }
    return {'name': name, 'widths': widths, 'height': height, 'width': width, 'tensors': table}


lines = ',\n  '.join(json.dumps(golden(c)) for c in CASES)
(pathlib.Path(__file__).parent.parent / 'vgg.json').write_text(f'{{"cases": [\n  {lines}\n]}}\n')
