"""Writes released.json and ../fixtures/released.pth: pictures of small generators.

The generators are those that the authors' released code builds, in inference with running statistics.

Own writing of that architecture, with weights by hashing.py under the names that PyTorch gives such modules.

    /usr/bin/python3 test/goldens/make/make_released.py            # about 5 s
    /usr/bin/python3 test/goldens/make/make_released.py --check FILE.safetensors IN.safetensors OUT

The second loads an export strictly and renders.
"""

import base64
import json
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn.utils import spectral_norm as sn

import hashing

LRELU = 0.2


def act():
    return nn.LeakyReLU(LRELU)


class Residual(nn.Module):
    def __init__(self, c, normed):
        super().__init__()
        q, rows = c // 4, []
        for conv, pad in ((nn.Conv2d(c, q, 1), False), (nn.Conv2d(q, q, 3), True), (nn.Conv2d(q, c, 1), False)):
            rows += [nn.ReflectionPad2d(1)] if pad else []
            rows += [sn(conv)] + ([nn.BatchNorm2d(conv.out_channels)] if normed else [])
            rows += [act()]
        self.conv_block = nn.Sequential(*rows[:-1])

    def forward(self, x):
        return x + self.conv_block(x)


class Edge(nn.Module):
    def __init__(self, ci, co, k=3):
        super().__init__()
        self.main = nn.Sequential(
            nn.ReflectionPad2d(k // 2), sn(nn.Conv2d(ci, co, k, bias=False)), nn.BatchNorm2d(co), act()
        )

    def forward(self, x):
        return self.main(x)


class Resize(nn.Module):
    """A down (co = 2 ci) or an up block (co = ci / 2)."""

    def __init__(self, ci, co):
        super().__init__()
        kind = nn.Conv2d if co > ci else nn.ConvTranspose2d
        self.res_block = Residual(ci, True)
        self.main = nn.Sequential(
            sn(nn.Conv2d(ci, ci, 3, padding=1)),
            nn.BatchNorm2d(ci),
            act(),
            sn(kind(ci, co, 4, 2, 1)),
            nn.BatchNorm2d(co),
            act(),
        )

    def forward(self, x):
        return self.main(self.res_block(x))


def modulate(x, gamma, beta):
    mean, var = x.mean((2, 3), keepdim=True), x.var((2, 3), keepdim=True)  # unbiased
    return gamma * (x - mean) / torch.sqrt(var + 1e-5) + beta


class Encoder(nn.Module):
    def __init__(self, ci, c, levels):
        super().__init__()
        self.head_block = Edge(ci, c, 7)
        self.down_block = nn.ModuleList(Resize(c * 2**l, c * 2 ** (l + 1)) for l in range(levels))
        self.tail_block = Edge(c * 2**levels, c * 2**levels)

    def forward(self, x, modulations=None):
        x, features = self.head_block(x), []
        for l, block in enumerate(self.down_block):
            x = block(x)
            x = modulate(x, *modulations[l]) if modulations else x
            features.append(x)
        return self.tail_block(x), features


class Decoder(nn.Module):
    def __init__(self, c, levels):
        super().__init__()
        deepest = c * 2**levels
        self.head_block = Edge(deepest, deepest)
        self.up_block = nn.ModuleList(Resize(deepest >> l, deepest >> (l + 1)) for l in range(levels))
        self.tail_block = Edge(c, 3)

    def forward(self, x, modulations):
        x = self.head_block(x)
        for block, m in zip(self.up_block, reversed(modulations)):
            x = block(modulate(x, *m))
        return self.tail_block(x)


class Translation(nn.Module):
    def __init__(self, c, levels):
        super().__init__()
        self.bottlenecks = nn.ModuleList(self.level(c * 2 ** (l + 1)) for l in range(levels))

    @staticmethod
    def level(n):
        return nn.Sequential(Residual(n, False), sn(nn.Conv2d(n, n // 2, 1)), nn.ReLU(), sn(nn.Conv2d(n // 2, n, 1)))


class Generator(nn.Module):
    def __init__(self, c, levels):
        super().__init__()
        self.encoder_c, self.encoder_i, self.decoder_i = (
            Encoder(3, c, levels),
            Encoder(3, c, levels),
            Decoder(c, levels),
        )
        self.FiLM_c2i_alpha, self.FiLM_c2i_beta = Translation(c, levels), Translation(c, levels)

    def forward(self, image, source, target):
        s, t = self.encoder_c(source)[1], self.encoder_c(target)[1]
        gamma = [b((q + 1e-14) / (p + 1e-14)) for b, p, q in zip(self.FiLM_c2i_alpha.bottlenecks, s, t)]
        beta = [b(q - p) for b, p, q in zip(self.FiLM_c2i_beta.bottlenecks, s, t)]
        m = list(zip(gamma, beta))
        return self.decoder_i(self.encoder_i(image, m)[0], m)


def value(name, shape):
    """Weights of a trained-looking generator: u and v need not be singular vectors, sigma = u W v is not near 0."""
    count = int(np.prod(shape))
    if name.endswith('weight_orig'):
        return hashing.weight(name, shape, int(np.prod(shape[1:])))
    if name.endswith('running_var'):
        return (0.6 + 0.4 * np.abs(hashing.hash_uniform(name, count))).astype(np.float32)
    # E_seg's down norms are lifted, so that the raw ratio of its features stays away from 0.
    center = (
        4.0
        if name.startswith('encoder_c.down_block') and name.endswith('main.4.bias')
        else 1.0
        if name.endswith('.weight')
        else 0.0
    )
    return hashing.around(name, count, center).reshape(shape)


def fill(net):
    state = {}
    for name, old in net.state_dict().items():
        if 'num_batches' in name:
            continue
        state[name] = torch.tensor(value(name, tuple(old.shape)), dtype=torch.float64)
    for name in [n for n in state if n.endswith('weight_u')]:
        w = state[name[:-1] + 'orig']
        axis = 1 if '.up_block.' in name and '.main.3.' in name else 0
        rows = w.transpose(0, axis).reshape(w.shape[axis], -1)
        u = torch.tensor(hashing.unit_vector(name, rows.shape[0])).double()
        v = nn.functional.normalize(rows.t() @ u, dim=0)
        # As training leaves them: of the weights a step earlier, so not quite those of these.
        u = nn.functional.normalize(rows @ v + 0.05 * u, dim=0)
        state[name], state[name[:-1] + 'v'] = u.float().double(), v.float().double()
    net.load_state_dict(state, strict=False)
    return state


def picture(net, height, width, salt):
    given = [
        torch.tensor(hashing.hash_uniform(f'released/{salt}/{k}', 3 * height * width).reshape(1, 3, height, width))
        for k in ('image', 'source', 'target')
    ]
    dtype = next(net.parameters()).dtype
    with torch.no_grad():
        return net.eval()(*[g.to(dtype) for g in given])


def golden(name, c, levels, height, width, salt):
    net = Generator(c, levels).double()
    state = fill(net)
    y = picture(net, height, width, salt)
    single = picture(net.float(), height, width, salt)
    return {
        'name': name,
        'width': c,
        'levels': levels,
        'height': height,
        'imageWidth': width,
        'salt': salt,
        'shapes': {k: list(v.shape) for k, v in state.items()},
        'vectors': {
            k: base64.b64encode(v.numpy().astype('<f4').tobytes()).decode()
            for k, v in state.items()
            if k[-9:] in ('.weight_u', '.weight_v')
        },
        'error32': float(f'{(single.double() - y).abs().max().item():.2g}'),
        'output': base64.b64encode(y.numpy().astype('<f4').tobytes()).decode(),
    }


def main():
    here = pathlib.Path(__file__).parent.parent
    torch.set_num_threads(1)
    cases = [golden('two levels', 4, 2, 16, 24, 1)]
    (here / 'released.json').write_text(
        json.dumps({'cases': cases}, separators=(',', ':')).replace('{"name"', '\n{"name"') + '\n'
    )
    small = Generator(4, 1).double()
    fill(small)
    torch.save(
        small.float().state_dict(), here.parent / 'fixtures' / 'released.pth', _use_new_zipfile_serialization=False
    )


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    n = int.from_bytes(data[:8], 'little')
    return {
        k: torch.tensor(
            np.frombuffer(
                data[8 + n :], '<f4', (v['data_offsets'][1] - v['data_offsets'][0]) // 4, v['data_offsets'][0]
            )
            .reshape(v['shape'])
            .copy()
        )
        for k, v in json.loads(data[8 : 8 + n]).items()
        if k != '__metadata__'
    }


def check(weights, inputs, out):
    state, given = read_safetensors(weights), read_safetensors(inputs)
    net = Generator(
        state['encoder_i.head_block.main.1.weight_orig'].shape[0],
        sum(k.startswith('encoder_i.down_block.') and k.endswith('main.0.weight_orig') for k in state),
    )
    net.load_state_dict(state)  # strict
    with torch.no_grad():
        np.save(out, net.eval()(given['image'], given['source'], given['target']).numpy())


if __name__ == '__main__':
    check(*sys.argv[2:5]) if '--check' in sys.argv else main()
