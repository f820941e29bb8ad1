"""A generator step in sampling mode by PyTorch on the CPU: the peer of bench/step.bench.ts.

    OPENBLAS_NUM_THREADS=1 /usr/bin/python3 bench/peers/pytorch_step.py [image side] [samples]

The networks are the goldens' (test/goldens/networks.py) at default widths, so both sides compute the same step: G, D on
[fake, real], S, patch coherence of all 3x3 patches at full and half size (matrix form, vectorised), backward, Adam.
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'test' / 'goldens'))
import torch
import torch.nn.functional as F
import networks as net

side = int(sys.argv[1]) if len(sys.argv) > 1 else 64
samples = int(sys.argv[2]) if len(sys.argv) > 2 else 5
segmenter = int(sys.argv[3]) if len(sys.argv) > 3 else 64
torch.set_num_threads(2)
K = 4


class Quiet:
    """networks.py watches activations near their kinks for the goldens; timing must not pay for it."""
    smallest = 0.0

    @classmethod
    def see(cls, x):
        return x


net.Kinks = Quiet
g, d, s = (net.Store(torch.float32) for _ in range(3))
options = net.GeneratorOptions(width=32, classes=K)
image, real = torch.rand(1, 3, side, side) * 2 - 1, torch.rand(1, 3, side, side) * 2 - 1
labels = torch.randint(K, (1, side, side))
layout = F.one_hot(labels, K).permute(0, 3, 1, 2).float()
other = layout.roll(5, 3)


def coherence(fake, source):
    v, u = F.unfold(fake, 3)[0].t(), F.unfold(source, 3)[0].t()
    with torch.no_grad():
        nearest = ((u * u).sum(1)[None] - 2 * v @ u.t()).argmin(1)
    return ((v - u[nearest]) ** 2).mean()


def step(adam=None):
    fake = net.generator(g, options, image, layout, other)[0]
    maps, taps = net.discriminator(d, 64, torch.cat([fake, real]))
    loss = sum(((m[:1] - 1) ** 2).mean() for m in maps) / 2
    loss = loss + sum((t[:1] - t[1:].detach()).abs().mean() for t in taps) / 2
    loss = loss + (coherence(fake, image) + coherence(F.avg_pool2d(fake, 2), F.avg_pool2d(image, 2))) / 2
    loss = loss + F.cross_entropy(net.segmenter(s, segmenter, K, fake), labels)
    params = list(g.params.values())
    for p, grad in zip(params, torch.autograd.grad(loss, params)):
        p.grad = grad
    if adam:
        adam.step()


step()
adam = torch.optim.Adam(g.params.values(), lr=1e-9, betas=(0, 0.9))
for _ in range(2):
    step(adam)
times = []
for _ in range(samples):
    start = time.perf_counter()
    step(adam)
    times.append(time.perf_counter() - start)
a = torch.rand(1024, 1024)
best = min((lambda t0: (a @ a, time.perf_counter() - t0)[1])(time.perf_counter()) for _ in range(10))
print(f'PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {side}x{side}: {1000 * min(times):.0f} ms least, '
      f'{1000 * sorted(times)[len(times) // 2]:.0f} median; matmul 1024^3 in this run {2.147 / best:.0f} GFLOPS')
