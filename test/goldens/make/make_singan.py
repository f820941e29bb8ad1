"""Writes singan.json: SinGAN's networks at one scale, their losses, gradients and a short training, without randomness.

    /usr/bin/python3 test/goldens/make/make_singan.py            # about 10 s

DEFINITION (TypeScript mirrors exactly this)

Networks of width 8: body = [conv 3x3 without padding or bias, batch norm, LReLU 0.2] x 4, conv 3x3, in G with a bias.
G(x, y) = tanh(body(x)) + y without 5 pixels at each edge; D(x) = body(x) with one output. Batch norm normalizes by each
picture's own statistics in training; G's running ones move by 0.1 with every forward pass, the variance unbiased.
Parameters: hashing.py by name, each with the prefix 'G.' or 'D.' (so that they differ), rounded to float32.

Data, hash uniform by name: real [1,3,18,21] 'singan/real'; at step k: noisy 'singan/noisy/k' and prev 'singan/prev/k'
[1,3,28,31], mix 'singan/mix/k' [1], mapped to (u + 1) / 2; for reconstruction noisy = prev = 'singan/fixed'.
D's loss: mean D(fake) - mean D(real) + 0.1 * penalty. penalty = mean over pixels of (sqrt(sum over channels of g^2 +
1e-12) - 1)^2, g the gradient of sum(D(z)) at z = mix * real + (1 - mix) * fake; fake is a constant.
G's loss: -mean D(G(noisy, prev)) + 10 * mean (G(fixed, fixed) - real)^2.
Gradients: of both losses at the start, k = 0. Training: steps k = 0..5, each D then G, Adam (0.5, 0.999), eps 1e-8,
rate 5e-4 for k < 5 and 5e-5 after; losses are those before the step's update. At last: running statistics, and G in
evaluation at (noisy, prev) of step 0.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import hashing
from make_networks import numbers, summary

H, W, WIDTH, STEPS = 18, 21, 8, 6


class Body:
    def __init__(self, prefix, out, dtype, jitter=None):
        self.params, self.running = {}, {}
        change = (
            (lambda name, v: v)
            if jitter is None
            else (
                lambda name, v: (
                    v
                    * (
                        1
                        + 2.0**-22
                        * hashing.hash_uniform(f'jitter/{jitter}/{name}', v.size).astype(np.float64).reshape(v.shape)
                    )
                )
            )
        )
        for i in range(5):
            ci, co = (3 if i == 0 else WIDTH), (out if i == 4 else WIDTH)
            key = 'tail' if i == 4 else f'body.{i}.conv'
            self.add(
                prefix, key + '.weight', hashing.weight(f'{prefix}{key}.weight', (co, ci, 3, 3), ci * 9), dtype, change
            )
            if i == 4 and out > 1:
                self.add(prefix, 'tail.bias', hashing.around(f'{prefix}tail.bias', co, 0), dtype, change)
            elif i < 4:
                self.add(
                    prefix, f'body.{i}.norm.gamma', hashing.around(f'{prefix}body.{i}.norm.gamma', co, 1), dtype, change
                )
                self.add(
                    prefix, f'body.{i}.norm.beta', hashing.around(f'{prefix}body.{i}.norm.beta', co, 0), dtype, change
                )
                self.running[i] = (torch.zeros(co, dtype=dtype), torch.ones(co, dtype=dtype))

    def add(self, prefix, name, values, dtype, change):
        self.params[name] = torch.tensor(change(prefix + name, values.astype(np.float64)), dtype=dtype).requires_grad_()

    def __call__(self, x, training=True):
        for i in range(4):
            x = F.conv2d(x, self.params[f'body.{i}.conv.weight'])
            mean, var = self.running[i]
            x = F.batch_norm(
                x,
                mean,
                var,
                self.params[f'body.{i}.norm.gamma'],
                self.params[f'body.{i}.norm.beta'],
                training,
                0.1,
                1e-5,
            )
            x = F.leaky_relu(x, 0.2)
        return F.conv2d(x, self.params['tail.weight'], self.params.get('tail.bias'))


def crop(x):
    return x[:, :, 5:-5, 5:-5]


def data(name, shape, dtype):
    return torch.tensor(hashing.hash_uniform(name, int(np.prod(shape))).reshape(shape), dtype=dtype)


class Scale:
    def __init__(self, dtype, jitter=None):
        self.dtype = dtype
        self.g, self.d = Body('G.', 3, dtype, jitter), Body('D.', 1, dtype, jitter)
        self.real = data('singan/real', (1, 3, H, W), dtype)
        self.fixed = self.wide('fixed')

    def wide(self, name):
        return data(f'singan/{name}', (1, 3, H + 10, W + 10), self.dtype)

    def generate(self, noisy, prev, training=True):
        return torch.tanh(self.g(noisy, training)) + crop(prev)

    def d_loss(self, k):
        with torch.no_grad():
            fake = self.generate(self.wide(f'noisy/{k}'), self.wide(f'prev/{k}'))
        mix = (data(f'singan/mix/{k}', (1,), self.dtype) + 1) / 2
        on_fake, on_real = self.d(fake).mean(), self.d(self.real).mean()
        between = (mix * self.real + (1 - mix) * fake).requires_grad_()
        slopes = torch.autograd.grad(self.d(between).sum(), between, create_graph=True)[0]
        penalty = ((torch.sqrt((slopes**2).sum(1) + 1e-12) - 1) ** 2).mean()
        return {'fake': on_fake, 'real': on_real, 'penalty': penalty}, on_fake - on_real + 0.1 * penalty

    def g_loss(self, k):
        adversarial = -self.d(self.generate(self.wide(f'noisy/{k}'), self.wide(f'prev/{k}'))).mean()
        reconstruction = ((self.generate(self.fixed, self.fixed) - self.real) ** 2).mean()
        return {'adversarial': adversarial, 'reconstruction': reconstruction}, adversarial + 10 * reconstruction


def gradients(dtype, jitter=None):
    s = Scale(dtype, jitter)
    out = {}
    for which, net, (_, loss) in (('D', s.d, s.d_loss(0)), ('G', s.g, s.g_loss(0))):
        for name, g in zip(net.params, torch.autograd.grad(loss, list(net.params.values()), allow_unused=False)):
            out[f'{which}.{name}'] = g
    return out


def training(dtype, jitter=None):
    s = Scale(dtype, jitter)
    adam = {
        n: torch.optim.Adam(net.params.values(), lr=5e-4, betas=(0.5, 0.999), eps=1e-8)
        for n, net in (('D', s.d), ('G', s.g))
    }
    log = []
    for k in range(STEPS):
        row = {}
        for which, net, step in (('D', s.d, s.d_loss), ('G', s.g, s.g_loss)):
            adam[which].param_groups[0]['lr'] = 5e-4 if k < 5 else 5e-5
            losses, loss = step(k)
            for p, g in zip(net.params.values(), torch.autograd.grad(loss, list(net.params.values()))):
                p.grad = g
            adam[which].step()
            row |= {n: v.item() for n, v in losses.items()}
        log.append(row)
    tensors = {f'running.{i}': torch.cat(s.g.running[i]) for i in range(4)}
    with torch.no_grad():
        tensors['evaluated'] = s.generate(s.wide('noisy/0'), s.wide('prev/0'), training=False)
    return log, tensors


def with_error(exact, singles):
    """Summaries, then the largest relative L2 error of PyTorch's own float32 runs, whose starts lie an ulp apart."""
    return {
        k: numbers(summary(k, y))
        + numbers([max(((s[k].double() - y).norm() / max(y.norm(), 1e-30)).item() for s in singles)], 2)
        for k, y in exact.items()
    }


JITTERS = [None, 1, 2, 3]
log, tensors = training(torch.float64)
runs = [training(torch.float32, j) for j in JITTERS]
error = {n: max(abs(r[0][k][n] - log[k][n]) for r in runs for k in range(STEPS)) for n in log[0]}
golden = {
    'height': H,
    'width': W,
    'channels': WIDTH,
    'gradients': with_error(gradients(torch.float64), [gradients(torch.float32, j) for j in JITTERS]),
    'steps': [{k: float(f'{v:.9g}') for k, v in row.items()} for row in log],
    'error': {k: float(f'{v:.2g}') for k, v in error.items()},
    'tensors': with_error(tensors, [r[1] for r in runs]),
}
(pathlib.Path(__file__).parent.parent / 'singan.json').write_text(json.dumps(golden, indent=1) + '\n')
