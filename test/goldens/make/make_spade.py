"""Writes spade.json: SPADE's generator and losses (Park et al. 2019), own writing, names as published.

/usr/bin/python3 test/goldens/make/make_spade.py            # about 10 s
"""

import base64
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm as sn

import hashing


class Spade(nn.Module):
    def __init__(self, c, classes, hidden):
        super().__init__()
        self.param_free_norm = nn.BatchNorm2d(c, affine=False)
        self.mlp_shared = nn.Sequential(nn.Conv2d(classes, hidden, 3, padding=1), nn.ReLU())
        self.mlp_gamma, self.mlp_beta = (nn.Conv2d(hidden, c, 3, padding=1) for _ in range(2))

    def forward(self, x, layout):
        a = self.mlp_shared(F.interpolate(layout, size=x.shape[2:], mode='nearest'))
        return self.param_free_norm(x) * (1 + self.mlp_gamma(a)) + self.mlp_beta(a)


class Block(nn.Module):
    def __init__(self, ci, co, *layout):
        super().__init__()
        middle = min(ci, co)
        self.conv_0, self.conv_1 = sn(nn.Conv2d(ci, middle, 3, padding=1)), sn(nn.Conv2d(middle, co, 3, padding=1))
        self.norm_0, self.norm_1 = Spade(ci, *layout), Spade(middle, *layout)
        if ci != co:
            self.conv_s, self.norm_s = sn(nn.Conv2d(ci, co, 1, bias=False)), Spade(ci, *layout)

    def forward(self, x, layout):
        skip = self.conv_s(self.norm_s(x, layout)) if hasattr(self, 'conv_s') else x
        h = self.conv_0(F.leaky_relu(self.norm_0(x, layout), 0.2))
        return skip + self.conv_1(F.leaky_relu(self.norm_1(h, layout), 0.2))


class Generator(nn.Module):
    BLOCKS = (
        ('head_0', 16, 16),
        ('G_middle_0', 16, 16),
        ('G_middle_1', 16, 16),
        ('up_0', 16, 8),
        ('up_1', 8, 4),
        ('up_2', 4, 2),
        ('up_3', 2, 1),
    )

    def __init__(self, ngf, *layout):
        super().__init__()
        self.fc = nn.Conv2d(layout[0], 16 * ngf, 3, padding=1)
        for name, ci, co in self.BLOCKS:
            setattr(self, name, Block(ci * ngf, co * ngf, *layout))
        self.conv_img = nn.Conv2d(ngf, 3, 3, padding=1)

    def forward(self, layout):
        x = self.fc(F.interpolate(layout, size=(layout.shape[2] // 32, layout.shape[3] // 32), mode='nearest'))
        for i, (name, _, _) in enumerate(self.BLOCKS):
            if i and name != 'G_middle_1':
                x = F.interpolate(x, scale_factor=2, mode='nearest')
            x = getattr(self, name)(x, layout)
        return torch.tanh(self.conv_img(F.leaky_relu(x, 0.2)))


class Discriminator(nn.Module):
    def __init__(self, classes, ndf, layers=4):
        super().__init__()
        for s in range(2):
            one = nn.Module()
            one.model0 = nn.Sequential(nn.Conv2d(classes + 3, ndf, 4, 2, 2), nn.LeakyReLU(0.2))
            for n in range(1, layers):
                conv = sn(nn.Conv2d(ndf * 2 ** (n - 1), ndf * 2**n, 4, 2 if n < layers - 1 else 1, 2, bias=False))
                setattr(
                    one,
                    f'model{n}',
                    nn.Sequential(nn.Sequential(conv, nn.InstanceNorm2d(ndf * 2**n)), nn.LeakyReLU(0.2)),
                )
            setattr(one, f'model{layers}', nn.Sequential(nn.Conv2d(ndf * 2 ** (layers - 1), 1, 4, 1, 2)))
            setattr(self, f'discriminator_{s}', one)

    def forward(self, x):
        out = []
        for one in (self.discriminator_0, self.discriminator_1):
            row = [x]
            for layer in one.children():
                row.append(layer(row[-1]))
            out.append(row[1:])
            x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
        return out


def fill(net):
    state = {}
    for name, old in net.state_dict().items():
        shape = tuple(old.shape)
        if name.endswith(('weight', 'weight_orig')):
            data = hashing.weight(name, shape, int(np.prod(shape[1:])))
        elif name.endswith('weight_u'):
            data = hashing.unit_vector(name, shape[0])
        elif name.endswith('running_var'):
            data = (0.5 + np.abs(hashing.hash_uniform(name, shape[0]))).astype(np.float32)
        elif name.endswith('num_batches_tracked'):
            continue
        else:
            data = hashing.around(name, shape[0], 0)
        state[name] = torch.tensor(data.reshape(shape), dtype=torch.float64)
    for name in [n for n in state if n.endswith('weight_v')]:
        w, u = state[name[:-1] + 'orig'].flatten(1), state[name[:-1] + 'u']
        v = F.normalize(w.t() @ u, dim=0)
        state[name], state[name[:-1] + 'u'] = v.float().double(), F.normalize(w @ v, dim=0).float().double()
    net.load_state_dict(state, strict=False)
    return state


def numbers(values, digits=9):
    return [float(f'{v:.{digits}g}') for v in values]


def summary(name, tensor):
    """[L2 norm, dot products with three hash vectors named after the tensor]: test/support/golden.ts."""
    flat = tensor.detach().double().numpy().ravel()
    return [np.sqrt(flat @ flat)] + [
        flat @ hashing.hash_uniform(f'probe/{k}/{name}', flat.size).astype(np.float64) for k in range(3)
    ]


SIZE = dict(width=2, classes=3, hidden=4, height=64, imageWidth=64, ndf=4)


def run(dtype):
    c = SIZE
    g, d = Generator(c['width'], c['classes'], c['hidden']), Discriminator(c['classes'], c['ndf'])
    states = [fill(g), fill(d)]
    g, d = g.to(dtype), d.to(dtype)
    h, w = c['height'], c['imageWidth']
    labels = (
        (hashing.hash_uniform('spade/labels', h * w // 64) * 1.5 + 1.5)
        .astype(int)
        .reshape(h // 8, w // 8)
        .repeat(8, 0)
        .repeat(8, 1)
    )
    layout = F.one_hot(torch.tensor(labels), c['classes']).permute(2, 0, 1)[None].to(dtype)
    real = torch.tensor(hashing.hash_uniform('spade/image', 3 * h * w).reshape(1, 3, h, w)).to(dtype)
    with torch.no_grad():
        inference = g.eval()(layout)
    both = torch.cat([layout, layout])
    g.train(), d.train()
    # What a spectral norm's forward in training moves is put back, so that both steps begin from the same state.
    kept = {k: v.clone() for k, v in d.state_dict().items()}
    fake = g(layout)
    judged = d(torch.cat([both, torch.cat([fake, real])], 1))
    adversarial = sum(-row[-1][:1].mean() for row in judged) / 2
    features = sum((t[:1] - t[1:].detach()).abs().mean() for row in judged for t in row[:-1]) / 2
    (adversarial + 10 * features).backward()
    grads = {'G.' + k: p.grad for k, p in g.named_parameters()}
    d.load_state_dict(kept), d.zero_grad()
    judged = d(torch.cat([both, torch.cat([fake.detach(), real])], 1))
    on_fake = sum(F.relu(1 + row[-1][:1]).mean() for row in judged) / 2
    on_real = sum(F.relu(1 - row[-1][1:]).mean() for row in judged) / 2
    (on_fake + on_real).backward()
    grads.update({'D.' + k: p.grad for k, p in d.named_parameters()})
    losses = {'adversarial': adversarial, 'features': features, 'fake': on_fake, 'real': on_real}
    return states, inference, fake.detach(), grads, {k: v.item() for k, v in losses.items()}


def main():
    torch.set_num_threads(1)
    (gs, ds), inference, fake, grads, losses = run(torch.float64)
    _, inference32, fake32, grads32, losses32 = run(torch.float32)
    encoded = lambda y: base64.b64encode(y.detach().numpy().astype('<f4').tobytes()).decode()
    vectors = {
        p + k: encoded(v)
        for p, s in (('G.', gs), ('D.', ds))
        for k, v in s.items()
        if k.endswith(('weight_u', 'weight_v'))
    }
    data = {
        **SIZE,
        'shapes': {p + k: list(v.shape) for p, s in (('G.', gs), ('D.', ds)) for k, v in s.items()},
        'vectors': vectors,
        'inference': encoded(inference),
        'inferenceError': float(f'{(inference32 - inference).abs().max():.2g}'),
        'training': numbers(summary('training', fake))
        + numbers([((fake32.double() - fake).norm() / fake.norm()).item()], 2),
        'losses': {k: numbers([v, abs(losses32[k] - v) + 1e-7]) for k, v in losses.items()},
        'gradients': {
            k: numbers(summary(k, g))
            + numbers([((grads32[k].double() - g).norm() / g.norm().clamp_min(1e-12)).item()], 2)
            for k, g in grads.items()
        },
    }
    (pathlib.Path(__file__).parent.parent / 'spade.json').write_text(json.dumps(data, separators=(',', ':')) + '\n')


main()
