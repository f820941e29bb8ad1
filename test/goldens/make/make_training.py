"""Writes training.json: ten iterations of the alternating training at a tiny size, without randomness.

    /usr/bin/python3 test/goldens/make/make_training.py        # about a minute

DEFINITION (TypeScript mirrors exactly this)

Sizes: H=24, W=16, K=3 classes, G {width 8, levels 2, sft residual, bounded, spectral, outputTanh}, D and S width 8.
Parameters and u: hashing.py by name (networks.py lists the names), rounded to float32, then computed in float64. The
parameters sft.{l}.scale.fc2.bias are lifted by 1 (rounded to float32 again), so that gamma starts near 1.

Data. I = 0.8 * smooth_field('train/12/image', 3, H, W); P = one-hot of the argmax over classes (first on a tie) of
smooth_field('train/12/layout', 3, H, W), both [1, 3, H, W] and rounded to float32. Iteration i = 1..10 has the row
(dy, dx, swap) = SHIFTS[i - 1]; I_aug and P_aug are I and P rolled:
aug[y][x] = original[(y - dy) mod H][(x - dx) mod W].

Pairs of iteration i. (source, other) = (I P, I_aug P_aug), exchanged where swap is 1. i % 5 == 0 is a reconstruction
iteration: target = source. Else sampling: target = other. Iterations start at 1, not 0: see README.md, 'Sensitivities'.

Steps of iteration i, in order: D, S (reconstruction only), G, G, D.
  forward G = generator(source image, source layout, target layout); every call moves every u of G once.
  forward D = discriminator on the batch [fake, target image] (two samples, fake first); every call moves all u of D
          once.
  D step: forward G without gradient; forward D; loss = fake + real, where fake = mean over the two maps of mean(map^2)
          on the fake, real = mean over the two maps of mean((map - 1)^2) on the target image. Adam on D.
  S step: loss = cross entropy of S(source image) against the source layout, mean over pixels. Adam on S.
  G step: forward G; forward D with D's parameters as constants (but its u moves); sampling: also S(fake), S constant.
          adversarial    = mean over the two maps of mean((map - 1)^2) on the fake
          features       = mean over the two taps of mean |tap(fake) - tap(target image)|
          reconstruction = mean |fake - source image|                                     reconstruction iterations
          fixedPoint     = sum over levels of mean |gamma - 1| + mean |beta|              reconstruction iterations
          patches        = mean over the 3x3 patches V of fake (all valid positions, 22 * 14) of the least, over the
                           patches U of the source image, mean squared difference (27 elements); U is a constant
          semantic       = cross entropy of S(fake) against the target layout, mean over pixels       (sampling, both)
          total = adversarial + features + 5 * reconstruction + fixedPoint + patches + semantic. Adam on G.
Adam: betas (0, 0.9), eps 1e-8 (added after the bias-corrected square root), one step count per network, rates below,
constant. Losses and gradient norms (L2 over all parameters of the network) are those before the step's update.
"""

import json
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

import hashing
import networks as net
from make_networks import numbers, summary

H, W, K, WIDTH = 24, 16, 3, 8
OPTIONS = net.GeneratorOptions(width=WIDTH, classes=K, levels=2)
LIFT = {'prefix': 'sft.', 'suffix': '.scale.fc2.bias', 'add': 1.0}
SHIFTS = [
    (3, -2, 0),
    (-5, 4, 1),
    (9, 1, 0),
    (2, 7, 1),
    (5, 3, 1),
    (-7, -3, 0),
    (11, 5, 1),
    (4, -6, 0),
    (-1, 2, 1),
    (6, 0, 0),
]
FIRST = 1
RATES = {'G': 0.005 * 1e-3, 'D': 0.02 * 1e-3, 'S': 0.005 * 0.1}  # the method's, scaled: README.md, 'Sensitivities'
JITTERS = 5  # float32 runs besides the plain one
REPORTED = [
    'encSeg.head.conv.weight',
    'encSeg.1.down.weight',
    'encSeg.1.norm.gamma',
    'sft.0.scale.fc2.bias',
    'sft.1.shift.res.conv2.weight',
    'encImg.head.conv.weight',
    'encImg.1.res.conv2.weight',
    'encImg.tail.conv.weight',
    'dec.1.up.weight',
    'dec.0.upNorm.beta',
    'dec.tail.conv.weight',
    'dec.tail.conv.bias',
    'disc.0.weight',
    'disc.2.weight',
    'disc.lateral1.weight',
    'disc.smooth2.weight',
    'disc.predict.weight',
    'seg.b1.weight',
    'seg.fuse.weight',
    'seg.out.weight',
    'seg.out.bias',
]
STATES = ['encSeg.head.conv.weight.u', 'dec.1.up.weight.u', 'disc.1.weight.u', 'disc.smooth1.weight.u']


def mean_of(terms):
    return sum(terms) / len(terms)


def patch_coherence(fake, source):
    v, u = (F.unfold(x, 3)[0].t() for x in (fake, source))  # [patches, 27]
    with torch.no_grad():  # in float64 this expansion is as good as exact
        nearest = ((u.double() ** 2).sum(1) - 2 * v.double() @ u.double().t()).argmin(1)
    return ((v - u[nearest].detach()) ** 2).mean()


def data(dtype):
    image = (0.8 * hashing.smooth_field('train/12/image', 3, H, W)).astype(np.float32)
    labels = hashing.smooth_field('train/12/layout', K, H, W).argmax(0)
    layout = (labels[None] == np.arange(K)[:, None, None]).astype(np.float32)
    return torch.tensor(image[None], dtype=dtype), torch.tensor(layout[None], dtype=dtype)


class Training:
    """One run in one precision. `jitter` moves the start values by about an ulp of float32."""

    def __init__(self, dtype, jitter=None):
        self.image, self.layout = data(dtype)
        self.log = []

        def change(name, values):
            return net.jittered(jitter)(name, net.lifted(**LIFT)(name, values))

        self.g, self.d, self.s = (net.Store(dtype, change) for _ in range(3))
        with torch.no_grad():  # makes the parameters ...
            self.generate(self.image, self.layout, self.layout)
            self.judge(self.image, self.image)
            net.segmenter(self.s, WIDTH, K, self.image)
        for store in (self.g, self.d):
            store.states.clear()  # ... but leaves every u at its start
        self.start = {k: p.detach().clone() for s in (self.g, self.d, self.s) for k, p in s.params.items()}
        self.adam = {
            n: torch.optim.Adam(s.params.values(), lr=RATES[n], betas=(0, 0.9), eps=1e-8)
            for n, s in (('G', self.g), ('D', self.d), ('S', self.s))
        }

    def generate(self, image, source_layout, target_layout):
        return net.generator(self.g, OPTIONS, image, source_layout, target_layout)

    def judge(self, fake, real):
        return net.discriminator(self.d, WIDTH, torch.cat([fake, real]))

    def cross_entropy(self, image, layout):
        logits = net.segmenter(self.s, WIDTH, K, image)
        return -(layout * F.log_softmax(logits, 1)).sum(1).mean()

    def update(self, i, which, store, terms, total):
        params = list(store.params.values())
        for p, g in zip(params, torch.autograd.grad(total, params)):  # the other networks get no gradient
            p.grad = g
        terms = {**terms, 'total': total, 'gradient': torch.sqrt(sum((p.grad.double() ** 2).sum() for p in params))}
        self.log.append({'iteration': i, 'step': which, **{k: v.item() for k, v in terms.items()}})
        self.adam[which].step()

    def d_step(self, i, source, target):
        with torch.no_grad():
            fake = self.generate(source[0], source[1], target[1])[0]
        maps, _ = self.judge(fake, target[0])
        terms = {
            'fake': mean_of([(m[:1] ** 2).mean() for m in maps]),
            'real': mean_of([((m[1:] - 1) ** 2).mean() for m in maps]),
        }
        self.update(i, 'D', self.d, terms, terms['fake'] + terms['real'])

    def s_step(self, i, source):
        loss = self.cross_entropy(*source)
        self.update(i, 'S', self.s, {'semantic': loss}, loss)

    def g_step(self, i, source, target, reconstruct):
        fake, gamma, beta = self.generate(source[0], source[1], target[1])
        maps, taps = self.judge(fake, target[0])
        terms = {
            'adversarial': mean_of([((m[:1] - 1) ** 2).mean() for m in maps]),
            'features': mean_of([(t[:1] - t[1:].detach()).abs().mean() for t in taps]),
        }
        if reconstruct:
            terms['reconstruction'] = (fake - source[0]).abs().mean()
            terms['fixedPoint'] = sum((a - 1).abs().mean() + b.abs().mean() for a, b in zip(gamma, beta))
        else:
            terms['patches'] = patch_coherence(fake, source[0])
            terms['semantic'] = self.cross_entropy(fake, target[1])
        self.update(i, 'G', self.g, terms, sum(v * (5 if k == 'reconstruction' else 1) for k, v in terms.items()))

    def run(self):
        for i, (dy, dx, swap) in enumerate(SHIFTS, FIRST):
            pairs = [
                tuple(torch.roll(x, shift, (2, 3)) for x in (self.image, self.layout)) for shift in ((0, 0), (dy, dx))
            ]
            source, other = pairs[::-1] if swap else pairs
            reconstruct = i % 5 == 0
            target = source if reconstruct else other
            self.d_step(i, source, target)
            if reconstruct:
                self.s_step(i, source)
            for _ in range(2):
                self.g_step(i, source, target, reconstruct)
            self.d_step(i, source, target)
        return self

    def end(self):
        """What is left after ten iterations: how far parameters moved, where u points, and one last picture."""
        params = {k: p for s in (self.g, self.d, self.s) for k, p in s.params.items()}
        states = {**self.g.states, **self.d.states}
        result = {
            'moved': {k: summary(k, params[k] - self.start[k]) for k in REPORTED},
            'states': {k: summary(k, states[k]) for k in STATES},
        }
        with torch.no_grad():
            aug = torch.roll(self.layout, SHIFTS[0][:2], (2, 3))
            result['image'] = summary('image', self.generate(self.image, self.layout, aug)[0])
        return result


def spread(exact, others):
    """The largest |float32 - float64| over the float32 runs, in the shape of the exact record."""
    if isinstance(exact, dict):
        return {k: v if k in ('iteration', 'step') else spread(v, [o[k] for o in others]) for k, v in exact.items()}
    if isinstance(exact, list):
        return [spread(v, [o[i] for o in others]) for i, v in enumerate(exact)]
    return max(abs(o - exact) for o in others)


def rounded(value, digits):
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v, digits) for v in value]
    return numbers([value], digits)[0] if isinstance(value, float) else value


def main():
    torch.set_num_threads(1)
    began = time.time()
    exact = Training(torch.float64).run()
    single = [Training(torch.float32, jitter).run() for jitter in [None, *range(JITTERS)]]
    end, ends = exact.end(), [s.end() for s in single]
    error = {'steps': spread(exact.log, [s.log for s in single]), 'end': spread(end, ends)}
    for step, e in zip(exact.log, error['steps']):
        print(
            step['iteration'],
            step['step'],
            *(f'{k} {v:.6f}+-{e[k]:.0e}' for k, v in step.items() if k not in ('iteration', 'step')),
        )
    for k, v in end['moved'].items():
        print(f'{k:32} moved {v[0]:.2e}  float32 probes off by {max(error["end"]["moved"][k][1:]) / v[0]:.0e}')
    print('image', end['image'], error['end']['image'])
    image, labels = exact.image, exact.layout[0].argmax(0)
    result = {
        'sizes': {'height': H, 'width': W, 'classes': K, 'networkWidth': WIDTH},
        'lift': LIFT,
        'rates': RATES,
        'first': FIRST,
        'shifts': SHIFTS,
        'inputs': {
            'image': numbers(summary('train/12/image', image)),
            'labels': [''.join(str(int(k)) for k in row) for row in labels],
        },
        'steps': rounded(exact.log, 10),
        'end': rounded(end, 10),
        'float32': {'steps': rounded(single[0].log, 8), 'end': rounded(ends[0], 8)},
        'error': rounded(error, 2),
    }
    path = pathlib.Path(__file__).parent.parent / 'training.json'
    path.write_text(json.dumps(result, separators=(',', ':')).replace('{"iteration"', '\n{"iteration"') + '\n')
    print(path.name, path.stat().st_size // 1024, f'KiB, {time.time() - began:.0f} s')


if __name__ == '__main__':
    main()
