"""Writes ops.json from op-cases.json: every op's output and gradients in float64 PyTorch. About 10 s.

    node test/goldens/make/ops.mjs         # writes op-cases.json and calls this file

ops.py has the ops. The gradients are those of sum(y * hash_uniform('<op>/<case>/u')). An op that OPS has no line for is
an error, and so is a line without an op.
"""

import base64
import json
import math
import pathlib
from types import SimpleNamespace

import numpy as np
import torch

import hashing
from make_networks import numbers, summary
from ops import OPS


def given(name, index, entry):
    shape = entry['shape']
    if 'values' not in entry:
        return torch.tensor(hashing.hash_uniform(f'{name}/{index}', math.prod(shape)).reshape(shape)).double()
    u32 = entry.get('dtype') == 'u32'
    values = np.frombuffer(base64.b64decode(entry['values']), '<u4' if u32 else '<f4').reshape(shape)
    return torch.tensor(values.astype(np.int64 if u32 else np.float64))


def golden(op, case):
    name = f'{op}/{case["name"]}'
    attrs = SimpleNamespace(**{k: math.inf if v == 'Infinity' else v for k, v in case['attrs'].items()})
    x = [given(name, i, entry) for i, entry in enumerate(case['inputs'])]
    for i in case['grads']:
        x[i].requires_grad_()
    y = OPS[op](attrs, *x)
    u = torch.tensor(hashing.hash_uniform(name + '/u', y.numel()).reshape(y.shape)).double()
    grads = torch.autograd.grad((y * u).sum(), [x[i] for i in case['grads']]) if case['grads'] else []
    return {
        'key': case['key'],
        'shape': list(y.shape),
        'y': numbers(summary(name + '/y', y)),
        **{f'd{i}': numbers(summary(f'{name}/d{i}', g)) for i, g in zip(case['grads'], grads)},
    }


# ---------------------------------------------------------------- spectral normalization (spectral.test.ts)

SPECTRAL = [
    ('conv', (6, 5, 3, 3)),
    ('transposed', (5, 7, 4, 4)),
    ('conv', (3, 1, 1, 1)),
    ('conv', (1, 9, 1, 1)),
    ('transposed', (1, 3, 2, 5)),
    ('conv', (7, 10)),
    ('conv', (66, 33, 3, 3)),
    ('transposed', (35, 9, 4, 4)),
]


def spectral(kind, shape):
    """One training forward of torch's own spectral_norm, the gradient of sum(W / sigma * hash), and the SVD."""
    name = f'spectral/{kind} {"x".join(map(str, shape))}'
    axis = int(kind == 'transposed')
    module = torch.nn.Module()
    module.weight = torch.nn.Parameter(
        torch.tensor(hashing.hash_uniform(name, math.prod(shape)).reshape(shape)).double()
    )
    torch.nn.utils.spectral_norm(module, eps=1e-12, dim=axis)
    module.weight_u.copy_(torch.tensor(hashing.unit_vector(name + '.u', shape[axis])))
    next(iter(module._forward_pre_hooks.values()))(module, ())
    weight = module.weight_orig
    (module.weight * torch.tensor(hashing.hash_uniform(name + '/u', weight.numel()).reshape(shape))).sum().backward()
    left, sigma, _ = torch.linalg.svd(weight.detach().transpose(0, axis).flatten(1))
    return {
        'kind': kind,
        'shape': shape,
        'y': numbers(summary(name + '/y', module.weight)),
        'd': numbers(summary(name + '/d', weight.grad)),
        'u': numbers(summary(name + '/u1', module.weight_u)),
        'sigma': numbers(sigma[:2].tolist()),
        'left': numbers(left[:, 0].tolist()),
    }


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(__file__).parent.parent
    cases = json.loads((folder / 'op-cases.json').read_text())
    assert set(cases) == set(OPS), (
        f'ops without a line in OPS: {set(cases) - set(OPS)}; lines without an op: {set(OPS) - set(cases)}'
    )
    result = {
        'ops': {op: {c['name']: golden(op, c) for c in cs} for op, cs in cases.items()},
        'spectral': [spectral(*s) for s in SPECTRAL],
    }
    path = folder / 'ops.json'
    text = (
        json.dumps(result, separators=(',', ':'))
        .replace('},"', '},\n"')
        .replace(':{"', ':{\n"', 1)
        .replace('{"kind"', '\n{"kind"')
    )
    path.write_text(text + '\n')
    print(path.name, path.stat().st_size // 1024, 'KiB,', len(cases), 'ops,', sum(map(len, cases.values())), 'cases')


if __name__ == '__main__':
    main()
