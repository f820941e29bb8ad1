"""Writes networks.json: outputs and gradients of the three networks at tiny sizes. See README.md.

/usr/bin/python3 test/goldens/make/make_networks.py            # under a minute
/usr/bin/python3 test/goldens/make/make_networks.py --search  # prints the input salts that float32 gets right (minutes)
"""

import base64
import json
import pathlib
import sys
from dataclasses import asdict, replace

import numpy as np
import torch

import hashing
import networks as net

PROBES = 3
G = net.GeneratorOptions()

# name, network, options, height, width, salt of the inputs (by --search). A control case and single deviations.
CASES = [
    ('g-control', 'generator', G, 24, 32, 23),
    ('g-linear', 'generator', replace(G, sft='linear'), 24, 32, 42),
    ('g-raw', 'generator', replace(G, bounded=False), 24, 32, 52),
    ('g-no-spectral', 'generator', replace(G, spectral=False), 16, 16, 73),
    ('g-no-tanh', 'generator', replace(G, outputTanh=False), 16, 16, 6),
    ('g-tall', 'generator', G, 24, 16, 3),
    ('g-two-levels', 'generator', replace(G, levels=2), 16, 16, 23),
    ('d-control', 'discriminator', {'width': 8, 'batch': 1}, 16, 16, 88),
    ('d-tall', 'discriminator', {'width': 8, 'batch': 1}, 24, 16, 57),
    ('d-odd', 'discriminator', {'width': 8, 'batch': 1}, 20, 28, 73),
    ('d-batch', 'discriminator', {'width': 8, 'batch': 2}, 16, 24, 45),
    ('s-control', 'segmenter', {'width': 8, 'classes': 3}, 24, 40, 81),
    ('s-small', 'segmenter', {'width': 8, 'classes': 5}, 16, 24, 57),
]
RUNS32 = [None, 0, 1, 2]  # jitters of the float32 runs behind every error32

# The raw ratio F_aug / F_source needs features away from 0: E_seg's down norms are lifted, so that none is negative.
LIFT = {'prefix': 'encSeg.', 'suffix': '.downNorm.beta', 'add': 4.0}


def is_raw(network, options):
    return network == 'generator' and not options.bounded


def numbers(values, digits=9):
    return [float(f'{v:.{digits}g}') for v in values]


def summary(name, tensor):
    """[L2 norm, dot products with PROBES hash vectors], the vectors named after the tensor."""
    flat = tensor.detach().double().numpy().ravel()
    probes = [hashing.hash_uniform(f'probe/{k}/{name}', flat.size).astype(np.float64) for k in range(PROBES)]
    return [np.sqrt(flat @ flat)] + [flat @ p for p in probes]


def compute(case, dtype, moved=net.jittered(None)):
    """One forward and backward pass; everything by name, in the given precision. `moved` shifts the start values."""
    _, network, options, height, width, salt = case

    def given(name, batch, channels):
        values = hashing.hash_uniform(f'input/{salt}/{name}', batch * channels * height * width)
        return torch.tensor(values.reshape(batch, channels, height, width), dtype=dtype).requires_grad_()

    net.Kinks.smallest = float('inf')
    change = (lambda name, values: moved(name, net.lifted(**LIFT)(name, values))) if is_raw(network, options) else moved
    store, extra = net.Store(dtype, change), {}
    if network == 'generator':
        inputs = {
            'image': given('image', 1, 3),
            'source': given('source', 1, options.classes),
            'target': given('target', 1, options.classes),
        }
        image, gamma, beta = net.generator(store, options, *inputs.values())
        outputs = {'image': image}
        for l in range(options.levels):
            extra[f'gamma.{l}'], extra[f'beta.{l}'] = gamma[l], beta[l]
    elif network == 'discriminator':
        inputs = {'image': given('image', options['batch'], 3)}
        maps, taps = net.discriminator(store, options['width'], inputs['image'])
        outputs = {'map.0': maps[0], 'map.1': maps[1], 'tap.0': taps[0], 'tap.1': taps[1]}
    else:
        inputs = {'image': given('image', 1, 3)}
        outputs = {'logits': net.segmenter(store, options['width'], options['classes'], inputs['image'])}

    loss = sum(
        (y * torch.tensor(hashing.hash_uniform('loss/' + name, y.numel()).reshape(y.shape), dtype=dtype)).sum()
        for name, y in outputs.items()
    )
    loss.backward()
    return dict(loss=loss, outputs=outputs, extra=extra, inputs=inputs, store=store, kink=net.Kinks.smallest)


def relative(a, b):
    """|a - b| / |b| in L2."""
    b = b.detach()
    return ((a.detach().double() - b).norm() / b.norm().clamp_min(1e-300)).item()


def gradients(tensors):
    return {k: p.grad for k, p in tensors.items()}


def golden(case):
    name, network, options, height, width, salt = case
    exact, runs = compute(case, torch.float64), [compute(case, torch.float32, net.jittered(j)) for j in RUNS32]

    def table(of, prefix=''):
        """name -> [norm, probes ..., worst relative L2 error of the float32 runs]"""
        return {
            k: numbers(summary(prefix + k, t)) + numbers([max(relative(of(r)[k], t) for r in runs)], 2)
            for k, t in of(exact).items()
        }

    assert all(g is not None for g in gradients(exact['store'].params).values())
    result = {
        'name': name,
        'network': network,
        'options': options if isinstance(options, dict) else asdict(options),
        'height': height,
        'width': width,
        'salt': salt,
        'lift': LIFT if is_raw(network, options) else None,
        'loss': numbers([exact['loss'].item()])[0],
        'lossError32': numbers([max(abs(r['loss'].item() - exact['loss'].item()) for r in runs)], 2)[0],
        'kink': numbers([exact['kink']], 2)[0],
        'outputs': {
            k: {
                'shape': list(y.shape),
                'base64': base64.b64encode(y.detach().numpy().astype('<f4').tobytes()).decode(),
                'error32': numbers([max((r['outputs'][k].double() - y).abs().max().item() for r in runs)], 2)[0],
            }
            for k, y in exact['outputs'].items()
        },
        'modulation': table(lambda run: run['extra']),
        'inputs': table(lambda run: gradients(run['inputs']), 'input/'),
        'parameters': table(lambda run: gradients(run['store'].params)),
        'states': table(lambda run: run['store'].states),
    }
    worst = max(result['parameters'], key=lambda k: result['parameters'][k][-1])
    print(
        f'{name:14} loss {result["loss"]:+.6f} +-{result["lossError32"]:.0e}  kink {result["kink"]:.0e}  '
        f'output +-{max(y["error32"] for y in result["outputs"].values()):.0e}  '
        f'gradient +-{result["parameters"][worst][-1]:.0e} of |g| {result["parameters"][worst][0]:.1e} {worst}'
    )
    return result


def check_directional_derivative(case):
    """The gradient that goes into the file against central differences along a random direction. Not for spectral ones:
    their u and v are constants to the gradient but move in a finite difference; check_spectral_norm covers those."""
    run = compute(case, torch.float64)
    if run['store'].states:
        return
    step, params = 1e-8, run['store'].params
    direction = {
        k: hashing.hash_uniform('direction/' + k, p.numel()).astype(np.float64).reshape(p.shape)
        for k, p in params.items()
    }
    slope = sum((p.grad.numpy() * direction[k]).sum() for k, p in params.items())
    ahead, behind = (
        compute(case, torch.float64, lambda k, x, h=h: x + h * direction[k])['loss'].item() for h in (step, -step)
    )
    numeric = (ahead - behind) / (2 * step)
    assert abs(numeric - slope) < 1e-5 * abs(slope), (case[0], numeric, slope)


def check_spectral_norm():
    """Our W / sigma, its gradient and the next u against torch.nn.utils.spectral_norm, for both kinds of weight."""
    for module, out_dim in (
        (torch.nn.Conv2d(5, 6, 3, bias=False), 0),
        (torch.nn.ConvTranspose2d(5, 6, 4, bias=False), 1),
    ):
        module = module.double()
        shape = tuple(module.weight.shape)
        torch.nn.utils.spectral_norm(module, n_power_iterations=1, eps=1e-12, dim=out_dim)
        store = net.Store(torch.float64)
        ours = store.weight('check', shape, 45, True, out_dim)
        module.weight_orig.data.copy_(store.params['check'])
        module.weight_u.data.copy_(torch.tensor(hashing.unit_vector('check.u', 6)))
        module(torch.zeros(1, 5, 8, 8, dtype=torch.float64))
        probe = torch.tensor(hashing.hash_uniform('check.probe', ours.numel()).reshape(shape)).double()
        (ours * probe).sum().backward()
        (module.weight * probe).sum().backward()
        assert torch.allclose(ours, module.weight, rtol=0, atol=1e-12)
        assert torch.allclose(store.params['check'].grad, module.weight_orig.grad, rtol=0, atol=1e-12)
        assert torch.allclose(store.states['check.u'], module.weight_u, rtol=0, atol=1e-12)
    x = torch.tensor(hashing.hash_uniform('check.x', 240).reshape(2, 4, 5, 6)).double()
    assert torch.allclose(net.standardise(x), torch.nn.functional.instance_norm(x, eps=net.EPS), rtol=0, atol=1e-12)


def search():
    """Which inputs stay so far from the kinks that float32 gets the gradients right."""
    for case in CASES:
        rows = []
        for salt in range(40):
            here = case[:-1] + (salt,)
            exact = compute(here, torch.float64)
            wanted = gradients(exact['store'].params)
            worst = 0
            for jitter in range(4):
                got = gradients(compute(here, torch.float32, net.jittered(jitter))['store'].params)
                worst = max([worst] + [relative(got[k], g) for k, g in wanted.items()])
            rows.append((worst, exact['kink'], salt))
        rows.sort()
        print(
            case[0],
            *(f'salt {s}: error {w:.0e} kink {k:.0e};' for w, k, s in rows[:4]),
            f'median error {rows[20][0]:.0e}',
        )


def main():
    torch.set_num_threads(1)
    if '--search' in sys.argv:
        return search()
    check_spectral_norm()
    for case in CASES:
        check_directional_derivative(case)
    names = ['', 'a', 'encSeg.head.conv.weight', 'probe/0/\u03b3']
    data = {
        'hashing': {n: {'fnv1a': hashing.fnv1a(n), 'values': numbers(hashing.hash_uniform(n, 4), 17)} for n in names},
        'made': {
            'weight': numbers(hashing.weight('w', (2, 3), 3).ravel(), 17),
            'gamma': numbers(hashing.around('g', 3, 1.0), 17),
            'u': numbers(hashing.unit_vector('w.u', 3), 17),
        },
        'probes': PROBES,
        'cases': [golden(case) for case in CASES],
    }
    path = pathlib.Path(__file__).parent.parent / 'networks.json'
    path.write_text(json.dumps(data, separators=(',', ':')).replace('{"name"', '\n{"name"') + '\n')
    print(path.name, path.stat().st_size // 1024, 'KiB')


if __name__ == '__main__':
    main()
